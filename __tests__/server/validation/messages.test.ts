import { Refusal } from '../../../server/refusal';
import {
  checkContact,
  checkTypedDraft,
  checkPaging,
  checkReading,
  checkUsername,
} from '../../../server/validation/messages';

const ID = '9b2e6c1e-0f4a-4c37-a7a1-5d6d1c1c8f10';

/** The refusal that `work` ends in. */
function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('a message', () => {
  it('goes to the lobby, if it names no room', () => {
    expect(checkTypedDraft({ message: 'hello' })).toEqual({
      type: 'new_message',
      room: 'lobby',
      body: { message: 'hello' },
    });
  });

  it('is accepted unchanged, up to 4,000 code points', () => {
    const message = ` ${'😀'.repeat(3998)}\n`;
    expect(checkTypedDraft({ message }).body).toEqual({ message });
  });

  it('has one id, however its UUID is written', () => {
    expect(checkTypedDraft({ message: 'a', id: ID.toUpperCase() }).id).toBe(ID);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no object', 'hello'],
    ['no message', {}],
    ['an empty message', { message: '' }],
    ['a blank message', { message: ' \n\t ' }],
    ['a number', { message: 7 }],
    ['an array', { message: ['hello'] }],
    ['over 4,000 characters', { message: 'x'.repeat(4001) }],
    ['over 4,000 characters of two units each', { message: '😀'.repeat(4001) }],
    ['NUL', { message: 'a\0b' }],
    ['half a character', { message: 'a\ud800' }],
    ['a room of another form', { message: 'a', room: 'Lobby' }],
    ['a room that is too long', { message: 'a', room: 'x'.repeat(41) }],
    ['an id that is no UUID', { message: 'a', id: 'undefined-0' }],
    ['an id that is no text', { message: 'a', id: 7 }],
    ['a kind that does not exist', { type: 'constructor', message: 'a' }],
    ['a kind that clients may not send', { type: 'delete_message', target: ID }],
  ])('is refused with a sentence: %s', (_what, value) => {
    const refusal = refusalOf(() => checkTypedDraft(value));
    expect(refusal.status).toBe(400);
    expect(refusal.message).toMatch(/^[A-Z].* .*\.$/s);
  });
});

describe('a name', () => {
  it('loses the space around it', () => {
    expect(checkUsername({ username: '  Маша ' })).toBe('Маша');
  });

  it.each([undefined, '', '   ', 'x'.repeat(41), 'a\nb', 'a\u0000', 'a\u202eb', 'a\u200bb', 7])(
    'is refused: %j',
    (username) => expect(refusalOf(() => checkUsername({ username })).status).toBe(400),
  );
});

describe('a request to read', () => {
  it('says where to begin, with numbers or numeric strings', () => {
    expect(checkReading({})).toEqual({ room: 'lobby' });
    expect(checkReading({ room: 'a-1', after: 'k3f9:57', last: '10' })).toMatchObject({
      after: 'k3f9:57',
      last: 10,
    });
    expect(checkReading({ after: 'earliest', last: 0 })).toMatchObject({ after: 'earliest', last: 0 });
  });

  it.each([
    { after: 'k3f9-57' },
    { after: 'k3f9:' },
    { after: 'k3f9:007' },
    { after: 'k3f9:9999999999999999' },
    { after: '' },
    { after: ['a:1', 'b:2'] },
    { last: '-1' },
    { last: '501' },
    { last: '' },
    { last: true },
    { room: '../etc' },
    { room: '__proto__' },
  ])('is refused: %j', (query) => expect(refusalOf(() => checkReading(query)).status).toBe(400));

  it('has pages of 50 by default', () => {
    expect(checkPaging({}).limit).toBe(50);
    expect(checkPaging({ limit: '7' }).limit).toBe(7);
    expect(refusalOf(() => checkPaging({ before: 'x' })).status).toBe(400);
  });
});

describe('a contact', () => {
  it('has a name and a phone, and nothing else', () => {
    expect(checkContact({ name: ' Masha ', phone: '1' })).toEqual({ name: 'Masha', phone: '1' });
    expect(refusalOf(() => checkContact({ name: 'Masha', phone: '1', mail: 'm@x' })).message).toContain(
      '"mail"',
    );
    expect(refusalOf(() => checkContact({ name: 'Masha' })).status).toBe(400);
    expect(refusalOf(() => checkContact({ name: ' ', phone: '1' })).status).toBe(400);
    expect(refusalOf(() => checkContact([])).status).toBe(400);
  });
});
