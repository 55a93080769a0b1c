import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../../server/wire';
import { type RunningApp, startApp } from '../../support/app';
import { errorOf } from '../../support/error';
import { sseEvents, take } from '../../support/events';
import { readAll, sendMessage } from '../../support/http';
import { TestVisitor } from '../../support/test-visitor';

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

const get = (path: string, accept = '*/*', init: RequestInit = {}) =>
  fetch(app.url + path, { headers: { Accept: accept }, ...init });

/** `curl -d`: a form by its content type, whatever is in it. */
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(app.url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: '*/*', ...headers },
    body,
  });

const texts = async (room: string) =>
  (await readAll(app.url, room)).map(({ username, message }) => [username, message]);

describe('GET /r/:room', () => {
  it('answers a browser with the page, and curl with plain text', async () => {
    await sendMessage(app.url, 'hello', { room: 'team' });
    const page = await get('/r/team', 'text/html,application/xhtml+xml,*/*;q=0.8');
    expect(page.headers.get('content-type')).toContain('text/html');
    const lines = await get('/r/team');
    expect(lines.headers.get('content-type')).toContain('text/plain');
    expect(lines.headers.get('vary')).toContain('Accept');
    expect(await lines.text()).toBe('Anonymous: hello\n');
    expect((await get('/r/team', 'image/png')).status).toBe(406);
  });

  it('answers programs with a JSON object in each line, or an event stream', async () => {
    const sent = [
      await sendMessage(app.url, 'a\nb', { room: 'team' }),
      await sendMessage(app.url, 'c', { room: 'team' }),
    ];
    const json = await (await get('/r/team', 'application/x-ndjson')).text();
    expect(json.split('\n').map((one) => one && (JSON.parse(one) as unknown))).toEqual([...sent, '']);
    const stream = sseEvents(`${app.url}/r/team?last=1`, { headers: { Accept: 'text/event-stream' } });
    expect(await take(stream, 2)).toMatchObject([
      { type: 'start' },
      { type: 'new_message', data: { message: 'c' } },
    ]);
  });

  it('reads after a cursor, or the newest n', async () => {
    const first = await sendMessage(app.url, 'a');
    await sendMessage(app.url, 'b');
    expect(await (await get(`/r/lobby?after=${first.cursor}`)).text()).toBe('Anonymous: b\n');
    expect(await (await get('/r/lobby?last=1')).text()).toBe('Anonymous: b\n');
    expect((await get('/r/lobby?after=gone:1')).status).toBe(410);
    const gone = await get('/r/lobby?after=gone:1', 'application/x-ndjson');
    expect([gone.status, await gone.json()]).toEqual([
      410,
      expect.objectContaining({ type: 'reset', code: 'cursor_gone', status: 410 }),
    ]);
    expect((await get('/r/lobby?after=x')).status).toBe(400);
  });

  it('streams with ?follow', async () => {
    await sendMessage(app.url, 'before');
    const controller = new AbortController();
    const answer = await get('/r/lobby?follow', '*/*', { signal: controller.signal });
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    const until = async (text: string) => {
      while (!seen.includes(text)) seen += (await reader.read()).value ?? '';
    };
    await until('before');
    await sendMessage(app.url, 'after');
    await until('after');
    expect(seen).toBe('Anonymous: before\nAnonymous: after\n');
    controller.abort();
  });
});

describe('POST /r/:room', () => {
  it('answers a form that is sent again with the stored message, even if its name is taken meanwhile', async () => {
    const id = randomUUID();
    const form = `message=hello&username=Masha&id=${id}`;
    expect((await post('/r/team', form)).status).toBe(201);
    const other = await TestVisitor.createGuest(app.url);
    expect((await other.request('POST', '/username', { username: 'Masha' })).status).toBe(200);
    const again = await post('/r/team', form);
    expect([again.status, await again.text()]).toEqual([201, 'Masha: hello\n']);
    expect(await texts('team')).toEqual([['Masha', 'hello']]);
    const renamed = await post('/r/team', form.replace('Masha', 'system'));
    expect([renamed.status, await renamed.text()]).toEqual([201, 'Masha: hello\n']);
    // Another message under that name is refused as before.
    expect((await post('/r/team', `message=hello&username=Masha&id=${randomUUID()}`)).status).toBe(409);
  });

  it('sends the body of curl -d unchanged', async () => {
    const answer = await post('/r/team', '50% & more = 100%');
    expect(answer.status).toBe(201);
    expect(await answer.text()).toBe('Anonymous: 50% & more = 100%\n');
    expect(await texts('team')).toEqual([['Anonymous', '50% & more = 100%']]);
  });

  it('sends it under a name', async () => {
    await post('/r/team', 'message=hello%20all&username=Masha');
    expect(await texts('team')).toEqual([['Masha', 'hello all']]);
  });

  it('sends it once, however often it comes with its idempotency key', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    await post('/r/team', 'once', key);
    await post('/r/team', 'once', key);
    expect(await texts('team')).toHaveLength(1);
  });

  it('redirects a browser to the page, under its new name', async () => {
    const page = await get('/r/team', 'text/html');
    const cookie = page.headers.get('set-cookie')!.split(';')[0]!;
    const browser = { Accept: 'text/html', Cookie: cookie, Origin: app.url };
    const answer = await post('/r/team', 'message=hello&username=Masha', browser);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/r/team']);
    await post('/r/team', 'message=again', browser);
    expect(await texts('team')).toEqual([
      ['Masha', 'hello'],
      ['Masha', 'again'],
    ]);
  });

  it('accepts a form once, however often it comes with its id', async () => {
    const form = `message=once&id=${randomUUID()}`;
    await post('/r/team', form);
    await post('/r/team', form);
    expect(await texts('team')).toHaveLength(1);
  });

  it('shows a person why a form was refused', async () => {
    const answer = await post('/r/team', 'message=', { Accept: 'text/html,*/*;q=0.8' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/<h1[^>]*>The message is empty\.<\/h1>/);
  });

  it.each<[string, ErrorCode, string, Record<string, string>]>([
    ['an empty message', 'bad_request', 'message=', {}],
    ['nothing', 'bad_request', '', {}],
    ['a bad name', 'bad_request', `message=x&username=${'y'.repeat(41)}`, {}],
    ['a form of a foreign page', 'origin_not_allowed', 'message=x', { Origin: 'http://evil.example' }],
    ['text/plain', 'unsupported_type', 'x', { 'Content-Type': 'text/plain' }],
    ['a body over 64 KB', 'too_large', 'x'.repeat(70_000), {}],
  ])('refuses %s', async (_what, code, body, headers) => {
    const answer = await post('/r/team', body, headers);
    expect(answer.status).toBe(errorOf(code).status);
    expect(await answer.json()).toEqual(errorOf(code));
    expect(await texts('team')).toEqual([]);
  });
});
