import { setTimeout as pause } from 'node:timers/promises';
import type { Findings } from './findings';
import type { ObservedLog } from './observed-log';
import type { RandomSource } from './random-source';
import { READ_TRANSPORTS, type ReadTransport } from './transports/all';
import { isRetryable, withTimeout } from './transports/transport';

/** How long the server may take to answer a bad cursor, in ms: it may be recovering from the fault before. */
const TIMEOUT_MS = 60_000;

/** Invalid cursors, and cursors of another history, made from a valid one; each with the required answer. */
export const BAD_CURSORS: Record<
  string,
  (cursor: string) => { cursor: string; expected: 'refused' | 'reset' }
> = {
  malformed: () => ({ cursor: '57', expected: 'refused' }),
  'not a number': () => ({ cursor: 'abc:-1', expected: 'refused' }),
  'too long': () => ({ cursor: `abc:${'9'.repeat(40)}`, expected: 'refused' }),
  foreign: (cursor) => ({ cursor: `0${cursor}`, expected: 'reset' }),
  'with another hash': (cursor) => ({ cursor: `${cursor}:000000000000`, expected: 'reset' }),
  future: (cursor) => ({ cursor: cursor.replace(/\d+$/, '99999999'), expected: 'reset' }),
};

/**
 * Reads from a bad cursor, and adds a finding unless it is refused or reset as it must be.
 * @param url the server's own URL, not a proxy's: a network fault would look like a missing answer.
 */
export async function tryBadCursor(
  url: string,
  transport: ReadTransport,
  kind: string,
  log: ObservedLog,
  findings: Findings,
): Promise<void> {
  const { cursor, expected } = BAD_CURSORS[kind]!(log.cursor(0));
  const deadline = performance.now() + TIMEOUT_MS;
  let actual: string | undefined;
  while (actual === undefined) {
    const left = deadline - performance.now();
    actual = await withTimeout(left, cursor, answerTo(url, transport, cursor, log.room)).catch(
      (error: Error) => error.message,
    );
    if (actual === undefined) await pause(100);
  }
  if (actual !== expected) {
    findings.add('answer', `A ${kind} cursor over ${transport} got ${actual}, not ${expected}.`);
  }
}

/** Returns how a cursor is answered; nothing if the server is out of service. */
async function answerTo(
  url: string,
  transport: ReadTransport,
  cursor: string,
  room: string,
): Promise<string | undefined> {
  let resolveAnswer!: (answer: string) => void;
  const answer = new Promise<string>((resolve) => (resolveAnswer = resolve));
  const connection = READ_TRANSPORTS[transport](url, room, cursor, {
    onMessage: ({ seq }) => resolveAnswer(`message ${seq}`),
    onReset: () => resolveAnswer('reset'),
  });
  const closed = connection.closed.then(({ status, error }) => {
    if (status === 400) return 'refused';
    return status === undefined || isRetryable(status) ? undefined : `${status} ${error ?? ''}`;
  });
  try {
    return await Promise.race([answer, closed]);
  } finally {
    connection.close();
  }
}

/** Picks the kind of a bad cursor at random. */
export function pickBadCursor(random: RandomSource): string {
  return random.pick(Object.keys(BAD_CURSORS));
}
