import type { Case } from './case';
import { f12 } from './clocks';
import { f1, f24, f3 } from './crash';
import { f28, f29, f31 } from './deletions';
import { f10, f11, f8, f9 } from './joining';
import { f13 } from './nginx';
import { f15, f16, f22, f30 } from './refusals';
import { f14, f32, f4, f5 } from './silence';
import { f6, f7 } from './slow-readers';
import { f2 } from './sync';
import { f23 } from './thundering-herd';
import { f27 } from './unconfirmed';

/** The named cases of one server on SQLite, in the order of the list of faults. */
export const CASES: readonly Case[] = [
  ...[
    f1,
    f2,
    f3,
    f4,
    f5,
    f6,
    f7,
    f8,
    f9,
    f10,
    f11,
    f12,
    f13,
    f14,
    f15,
    f16,
    f22,
    f23,
    f24,
    f27,
    f28,
    f29,
    f30,
    f31,
    f32,
  ],
];

/** Cases that need a browser's tabs, and where they are. */
export const ELSEWHERE: Record<string, string> = {
  F25: 'a tab reloaded or crashed with unsent messages: in __tests__/unsent.test.ts and tabs.test.ts',
  F26: '12 tabs on SSE only: in __tests__/unsent.test.ts and tabs.test.ts',
  F33: 'one heap of 256 MB and each hostile client for a minute: npm run siege',
};
