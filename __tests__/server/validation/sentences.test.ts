import { Refusal } from '../../../server/refusal';
import * as accounts from '../../../server/validation/accounts';
import * as messages from '../../../server/validation/messages';
import * as rooms from '../../../server/validation/rooms';
import { issue, sentenceOfIssue } from '../../../server/words/sentence';

const CHECKS = (
  Object.entries({ ...accounts, ...messages, ...rooms }) as [string, (value: unknown) => unknown][]
).filter(([name]) => name.startsWith('check') && name !== 'check');
const FIELDS = ['room', 'id', 'message', 'name', 'phone', 'username', 'password', 'current', 'label', 'role'];
const MORE_FIELDS = ['uses', 'hours', 'secret', 'minutes', 'address', 'locked', 'slow', 'before', 'after'];
const ROOM_FIELDS = ['title', 'topic', 'archived', 'private', 'people', 'find'];
const VALUES = [null, '', 7, -1, 1.5, true, [], {}, 'x'.repeat(5_000), '\u0000', '!', 'NaN'];

it.each(CHECKS)('%s refuses whatever is wrong with a sentence of the catalogue', (name, run) => {
  const check = name === 'checkDraft' ? (value: unknown) => messages.checkDraft('new_message', value) : run;
  const fields = [
    ...FIELDS,
    ...MORE_FIELDS,
    'limit',
    'last',
    'timeout',
    'endOtherSessions',
    'response',
    'x',
    ...ROOM_FIELDS,
  ];
  const inputs = [...VALUES, ...fields.flatMap((field) => VALUES.map((value) => ({ [field]: value })))];
  for (const input of inputs) {
    try {
      check(input);
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
      // zod's own words, such as “Invalid input: expected string, received number”.
      expect((error as Refusal).message).not.toMatch(/^Invalid|^Too |expected/);
    }
  }
});

it('a sentence passes through an issue of zod, and zod’s own words do not', () => {
  expect(sentenceOfIssue(issue('nameEmpty'))).toBe('nameEmpty');
  expect(sentenceOfIssue(issue(['rangeExpected', 'uses', 1, 5]))).toEqual(['rangeExpected', 'uses', 1, 5]);
  expect(sentenceOfIssue('Invalid input: expected string, received number')).toBeUndefined();
});
