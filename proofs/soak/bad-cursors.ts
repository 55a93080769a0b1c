import type { Findings } from './findings';
import type { ObservedLog } from './observed-log';
import type { RandomSource } from './random-source';
import { READ_TRANSPORTS, type ReadTransport } from './transports/all';
import { withTimeout } from './transports/transport';

/** How long the server may take to answer a bad cursor, in ms. */
const TIMEOUT_MS = 8_000;

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
  let resolveAnswer!: (answer: string) => void;
  const answer = new Promise<string>((resolve) => (resolveAnswer = resolve));
  const connection = READ_TRANSPORTS[transport](url, log.room, cursor, {
    onMessage: ({ seq }) => resolveAnswer(`message ${seq}`),
    onReset: () => resolveAnswer('reset'),
  });
  const closed = connection.closed.then(({ status, error }) =>
    status === 400 ? 'refused' : `a closed connection: ${status ?? ''} ${error}`,
  );
  const actual = await withTimeout(TIMEOUT_MS, cursor, Promise.race([answer, closed])).catch(
    (error: Error) => error.message,
  );
  connection.close();
  if (actual !== expected) {
    findings.add('answer', `A ${kind} cursor over ${transport} got ${actual}, not ${expected}.`);
  }
}

/** Picks the kind of a bad cursor at random. */
export function pickBadCursor(random: RandomSource): string {
  return random.pick(Object.keys(BAD_CURSORS));
}
