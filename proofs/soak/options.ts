import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { CASES, ELSEWHERE } from './cases/all';
import type { Plan } from './random-run';
import { READS, WRITES, type ReadName, type WriteName } from './transports/all';

/** What the command line asks for. */
export interface Options extends Plan {
  /** Named cases to run instead of a random run. */
  cases: string[];
  /** The folder whose `dist/` is run; the one of this source if none is given. */
  build: string | undefined;
}

export const USAGE = `npm run soak -- [options]

  --seed N          replays a run's decisions; a new one by default
  --deliveries N    ends after so many deliveries (default 1000000)
  --minutes N       ends after so long, whatever was delivered (default 10)
  --readers N       (default 48)
  --writers N       (default 6)
  --reads a,b       ${Object.keys(READS).join(', ')} (default: all)
  --writes a,b      ${Object.keys(WRITES).join(', ')} (default: all)
  --build FOLDER    runs FOLDER/dist/main.js
  --case F4         runs named cases instead, several with a comma; "--cases all" runs every one
`;

/** Reads the command line. @throws {Error} a sentence about what is wrong with it. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      deliveries: { type: 'string', default: '1000000' },
      minutes: { type: 'string', default: '10' },
      readers: { type: 'string', default: '48' },
      writers: { type: 'string', default: '6' },
      reads: { type: 'string', default: Object.keys(READS).join() },
      writes: { type: 'string', default: Object.keys(WRITES).join() },
      build: { type: 'string' },
      case: { type: 'string' },
      cases: { type: 'string' },
    },
  });
  return {
    seed: values.seed === undefined ? randomInt(2 ** 31) : number('seed', values.seed),
    deliveries: number('deliveries', values.deliveries),
    minutes: number('minutes', values.minutes),
    readers: number('readers', values.readers),
    writers: number('writers', values.writers),
    reads: names<ReadName>('reads', values.reads, READS),
    writes: names<WriteName>('writes', values.writes, WRITES),
    build: values.build,
    cases: chosen(values.case ?? values.cases),
  };
}

/** @throws {Error} if there is no such case. */
function chosen(text = ''): string[] {
  const known = [...CASES.map(({ name }) => name), ...Object.keys(ELSEWHERE)];
  if (text.toLowerCase() === 'all') return known;
  const wanted = text.toUpperCase().split(',').filter(Boolean);
  const stranger = wanted.find((name) => !known.includes(name));
  if (stranger) throw new Error(`--case knows ${known.join(', ')}, not "${stranger}".`);
  return wanted;
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new Error(`--${name} must be a number, not "${text}".`);
  return value;
}

function names<T extends string>(name: string, text: string, known: Record<T, unknown>): T[] {
  return text.split(',').map((one) => {
    if (!(one in known)) throw new Error(`--${name} knows ${Object.keys(known).join(', ')}, not "${one}".`);
    return one as T;
  });
}
