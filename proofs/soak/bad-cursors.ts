import type { Findings } from './findings';
import type { History } from './observed-log';
import type { Dice } from './random-source';
import { READS, type ReadName } from './transports/all';
import { within, type Ending } from './transports/transport';

/** How long the answer to a cursor may take, in ms. */
const PROMPT = 8_000;

/** Cursors that are none, or not of this history, and what they must be answered with. */
export const BAD: Record<string, (cursor: string) => { cursor: string; expected: 'refused' | 'reset' }> = {
  malformed: () => ({ cursor: '57', expected: 'refused' }),
  'not a number': () => ({ cursor: 'abc:-1', expected: 'refused' }),
  'too long': () => ({ cursor: `abc:${'9'.repeat(40)}`, expected: 'refused' }),
  foreign: (cursor) => ({ cursor: `0${cursor}`, expected: 'reset' }),
  future: (cursor) => ({ cursor: cursor.replace(/\d+$/, '99999999'), expected: 'reset' }),
};

/**
 * Reads from a cursor that is not good, and notes when it is not told so.
 * @param url of the server itself: what networks do is no excuse here.
 */
export async function tryBadCursor(
  url: string,
  way: ReadName,
  kind: string,
  history: History,
  findings: Findings,
): Promise<void> {
  const { cursor, expected } = BAD[kind]!(history.cursor(0));
  let told!: (what: string) => void;
  const answer = new Promise<string>((resolve) => (told = resolve));
  const stream = READS[way](url, history.room, cursor, {
    message: ({ seq }) => told(`message ${seq}`),
    reset: () => told('reset'),
  });
  const ended = stream.ended.then(({ status, error }: Ending) =>
    status === 400 ? 'refused' : `an end: ${status ?? ''} ${error}`,
  );
  const got = await within(PROMPT, cursor, Promise.race([answer, ended])).catch(
    (error: Error) => error.message,
  );
  stream.close();
  if (got !== expected) findings.add('answer', `A ${kind} cursor over ${way} got ${got}, not ${expected}.`);
}

/** One bad cursor, chosen at random. */
export function anyBadCursor(dice: Dice): string {
  return dice.pick(Object.keys(BAD));
}
