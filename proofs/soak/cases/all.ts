import type { Case } from './case';
import { f12 } from './clocks';
import { f1, f24, f3 } from './crash';
import { f28, f29, f31 } from './deletions';
import { f15, f30 } from './full-disk';
import { f4 } from './half-open';
import { f10, f11, f8, f9 } from './joining';
import { f13, f14, f32 } from './nginx';
import { f16, f22 } from './refusals';
import { f21 } from './restored-backup';
import { f17, f18, f19, f20, f24OnNodes } from './several-nodes';
import { f6, f7 } from './slow-readers';
import { f5 } from './stopped-server';
import { f2 } from './sync';
import { f23 } from './thundering-herd';
import { f27 } from './unconfirmed';

/** The named cases, in the order of their numbers. */
export const CASES: readonly Case[] = [
  f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21,
  f22, f23, f24, f24OnNodes, f27, f28, f29, f30, f31, f32,
]; // prettier-ignore

/** Cases that need the page or the siege, and where they are tested. */
export const TESTED_ELSEWHERE: Record<string, string> = {
  F25: 'a tab reloads or crashes with unsent messages: npx jest static/composing/draft-store',
  F26: '12 tabs with SSE only: npx jest static/connection/tab-leader',
  F33: 'a heap of 256 MB, and each hostile client for a minute: npm run siege',
};
