import { randomUUID } from 'node:crypto';
import type { ErrorCode, MessagePage, NewMessage } from '../../../server/wire';
import { type RunningApp, startApp } from '../../support/app';
import { textOf } from '../../support/entry';
import { errorOf } from '../../support/error';
import { postJson, readAll, readPage, sendMessage } from '../../support/http';

let app: RunningApp;
beforeAll(async () => (app = await startApp()));
afterAll(() => app.close());

describe('POST /messages', () => {
  it('answers 201 and the message as all readers get it', async () => {
    const id = randomUUID();
    const { status, body } = await postJson<NewMessage>(`${app.url}/messages`, {
      message: 'hello',
      id,
      room: 'a',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      type: 'new_message',
      seq: 1,
      room: 'a',
      id,
      username: 'Anonymous',
      message: 'hello',
    });
    expect(body.cursor).toMatch(/^[0-9a-z]+:1:[0-9a-f]{12}$/);
    expect((await readPage(app.url, { room: 'a' })).messages).toEqual([body]);
  });

  it('answers a repeated id with the stored message, and stores it once', async () => {
    const draft = { message: 'once', room: 'b' };
    const key = { 'Idempotency-Key': randomUUID() };
    const first = await postJson<NewMessage>(`${app.url}/messages`, draft, key);
    const again = await postJson<NewMessage>(`${app.url}/messages`, draft, key);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expect(first.body.id).toBe(key['Idempotency-Key']);
    expect(await readAll(app.url, 'b')).toHaveLength(1);
  });

  it('refuses a repeated id with another body, and keeps the first', async () => {
    const id = randomUUID();
    await sendMessage(app.url, 'one', { id, room: 'c' });
    const { status, body } = await postJson(`${app.url}/messages`, { message: 'two', id, room: 'c' });
    expect(status).toBe(409);
    expect(body).toEqual(errorOf('id_taken', /^This id belongs/));
    expect((await readAll(app.url, 'c')).map(textOf)).toEqual(['one']);
  });

  it.each<[string, ErrorCode, unknown, Record<string, string>]>([
    ['an empty message', 'bad_request', { message: '' }, {}],
    ['a blank message', 'bad_request', { message: ' \n ' }, {}],
    ['over 4,000 characters', 'bad_request', { message: 'x'.repeat(4001) }, {}],
    ['no string', 'bad_request', { message: { text: 'x' } }, {}],
    ['an unknown form of room', 'bad_request', { message: 'x', room: 'A room' }, {}],
    ['an id that is no UUID', 'bad_request', { message: 'x', id: 'undefined-0' }, {}],
    ['a key that is no UUID', 'bad_request', { message: 'x' }, { 'Idempotency-Key': 'retry-1' }],
    ['bad JSON', 'bad_request', '{"message":', {}],
    ['a body over 64 KB', 'too_large', { message: 'x'.repeat(66_000) }, {}],
    ['a body that is no JSON', 'unsupported_type', 'message=x', { 'Content-Type': 'text/plain' }],
    ['a foreign page', 'origin_not_allowed', { message: 'x' }, { Origin: 'http://evil.example' }],
    ['a sandboxed page', 'origin_not_allowed', { message: 'x' }, { Origin: 'null' }],
  ])('refuses %s with a reason, and does not change the log', async (_what, code, body, headers) => {
    const before = await readAll(app.url);
    const answer = await postJson(`${app.url}/messages`, body, headers);
    expect(answer.status).toBe(errorOf(code).status);
    expect(answer.body).toEqual(errorOf(code));
    expect(await readAll(app.url)).toEqual(before);
  });
});

describe('GET /messages', () => {
  beforeAll(async () => {
    for (let i = 1; i <= 60; i += 1) await sendMessage(app.url, `m${i}`, { room: 'long' });
  });
  const texts = async (query: Record<string, string>) =>
    (await readPage(app.url, { room: 'long', ...query })).messages.map(textOf);

  it('reads the newest 50, the newest n, after a cursor, and up to a limit', async () => {
    expect(await texts({})).toHaveLength(50);
    expect((await texts({})).at(-1)).toBe('m60');
    expect(await texts({ last: '2' })).toEqual(['m59', 'm60']);
    expect(await texts({ after: 'earliest', limit: '2' })).toEqual(['m1', 'm2']);
    const { cursor } = await readPage(app.url, { room: 'long', after: 'earliest', limit: '2' });
    expect(await texts({ after: cursor, limit: '1' })).toEqual(['m3']);
    expect(await texts({ last: '0' })).toEqual([]);
  });

  it('pages back to the beginning without gaps or duplicates', async () => {
    const seen: string[] = [];
    let page = await readPage(app.url, { room: 'long', last: '25' });
    while (page.messages.length > 0) {
      seen.unshift(...page.messages.map(textOf));
      page = await readPage(app.url, { room: 'long', before: page.messages[0]!.cursor, limit: '25' });
    }
    expect(seen).toEqual(Array.from({ length: 60 }, (_, i) => `m${i + 1}`));
  });

  it('answers a cursor of another history with a reset, and 410', async () => {
    const { earliest, cursor } = await readPage(app.url, { room: 'long' });
    const answer = await fetch(`${app.url}/messages?room=long&after=gone:3`);
    expect(answer.status).toBe(410);
    expect(await answer.json()).toMatchObject({
      type: 'reset',
      room: 'long',
      earliest,
      cursor,
      ...errorOf('cursor_gone', /^This cursor/),
    });
  });

  it.each([
    'after=k3f9-57',
    'after=',
    'last=-1',
    'limit=501',
    'limit=0',
    'before=x',
    'room=A%20B',
    'after=a:1&after=a:2',
  ])('refuses a malformed query: %s', async (query) => {
    const answer = await fetch(`${app.url}/messages?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual(errorOf('bad_request'));
  });

  it('answers 404 without a stack trace', async () => {
    const answer = await fetch(`${app.url}/nothing`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual(errorOf('not_found', 'There is nothing at GET /nothing.'));
  });
});

describe('GET /subscribe', () => {
  const subscribe = async (query: string) => {
    const answer = await fetch(`${app.url}/subscribe?${query}`);
    return { status: answer.status, body: (await answer.json()) as MessagePage };
  };

  it('answers at once with the entries after the cursor', async () => {
    await sendMessage(app.url, 'a', { room: 's1' });
    await sendMessage(app.url, 'b', { room: 's1' });
    const { status, body } = await subscribe('room=s1&after=earliest&limit=1');
    expect(status).toBe(200);
    expect(body).toEqual({
      messages: [{ ...body.messages[0] }],
      cursor: body.messages[0]!.cursor,
      earliest: body.earliest,
    });
    expect((await subscribe(`room=s1&after=${body.cursor}`)).body.messages.map(textOf)).toEqual(['b']);
  });

  it('waits for the first message, and returns the next cursor', async () => {
    const { cursor } = await readPage(app.url, { room: 's2' });
    let { body } = await Promise.all([
      subscribe(`room=s2&after=${cursor}`),
      sendMessage(app.url, 'a', { room: 's2' }),
    ]).then(([got]) => got);
    expect(body.messages.map(textOf)).toEqual(['a']);
    [{ body }] = await Promise.all([
      subscribe(`room=s2&after=${body.cursor}`),
      sendMessage(app.url, 'b', { room: 's2' }),
    ]);
    expect(body.messages.map(textOf)).toEqual(['b']);
  });

  it('answers without messages and with the same cursor after the timeout', async () => {
    const { cursor, earliest } = await readPage(app.url, { room: 's3' });
    expect((await subscribe(`room=s3&after=${cursor}&timeout=0`)).body).toEqual({
      messages: [],
      cursor,
      earliest,
    });
    expect((await subscribe(`room=s3&timeout=1`)).body).toEqual({ messages: [], cursor, earliest });
  });

  it('answers a cursor of another history with a reset, and a malformed query with 400', async () => {
    expect(await subscribe('after=gone:1')).toMatchObject({ status: 410, body: { type: 'reset' } });
    expect((await subscribe('after=x')).status).toBe(400);
    expect((await subscribe('timeout=x')).status).toBe(400);
  });
});
