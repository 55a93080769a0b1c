import { io } from 'socket.io-client';
import WebSocket from 'ws';
import { once } from 'node:events';
import { type RunningApp, startApp } from '../../support/app';
import { TestVisitor } from '../../support/test-visitor';

const RUSSIAN = { 'Accept-Language': 'ru-RU,ru;q=0.9,en;q=0.8' };

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

const choose = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${app.url}/language`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers,
    redirect: 'manual',
  });

describe('the switch of languages', () => {
  it('returns to its page, which is rendered in that language from then on', async () => {
    const answer = await choose({ language: 'ru' }, { Referer: `${app.url}/r/team?write` });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('Location')).toBe('/r/team?write');
    const cookie = answer.headers.get('Set-Cookie')!;
    expect(cookie).toMatch(/^parley_language=ru; .*SameSite=Lax/i);
    const page = await fetch(app.url, {
      headers: { Cookie: cookie.split(';')[0]!, 'Accept-Language': 'en' },
    });
    expect(page.headers.get('Content-Language')).toBe('ru');
    expect(page.headers.get('Vary')).toMatch(/Accept-Language.*Cookie/);
    const html = await page.text();
    expect(html).toContain('<html lang="ru" dir="ltr"');
    expect(html).toContain('Поздоровайтесь.');
    expect(html).toContain('/static/shared/words/ru/page.js');
    expect(html).not.toContain('/static/shared/words/en/page.js');
  });

  it.each([
    'https://evil.test',
    'http://evil.test//evil.test/',
    'http://x/.//evil.test',
    'data:a',
    'evil',
    '',
  ])('leads to no other server: %j', async (referrer) => {
    const answer = await choose({ language: 'ru' }, { Referer: referrer });
    expect(answer.headers.get('Location')).toBe('/');
  });

  it('takes no other language, and no choice by another site', async () => {
    expect((await choose({ language: 'fr' })).status).toBe(400);
    expect((await choose({})).status).toBe(400);
    expect((await choose({ language: 'ru' }, { Origin: 'https://evil.test' })).status).toBe(403);
  });
});

describe('an error', () => {
  const message = 'Такого сообщения нет.';
  const id = '9b2e6c1e-0f4a-4c37-a7a1-5d6d1c1c8f10';

  it('over HTTP is in the language of the request, and its code is not', async () => {
    const path = `${app.url}/r/lobby/messages/${id}`;
    const answer = await fetch(path, { method: 'DELETE', headers: RUSSIAN });
    expect(await answer.json()).toEqual({ error: message, code: 'not_found', status: 404 });
    expect(await (await fetch(path, { method: 'DELETE' })).json()).toMatchObject({
      error: 'There is no such message.',
    });
  });

  it('over Socket.IO is in the language of the handshake', async () => {
    const socket = io(app.url, { transports: ['websocket'], extraHeaders: RUSSIAN });
    const answer: unknown = await socket.emitWithAck('delete_message', { id });
    socket.close();
    expect(answer).toMatchObject({ error: message, code: 'not_found' });
  });

  it('over /ws is in the language of the handshake, also as the reason of its end', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws`, 'json', { headers: RUSSIAN });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'delete_message', id }));
    const frames: unknown[] = [];
    await new Promise<void>((resolve) =>
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as { type: string };
        frames.push(frame);
        if (frame.type === 'error') resolve();
      }),
    );
    expect(frames.at(-1)).toMatchObject({ error: message, code: 'not_found' });
    socket.send(Buffer.from('binary'));
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([1003, 'Отправляйте текст, а\u00a0не двоичные кадры.']);
  });

  it('is shortened where it is the reason of a closed /ws, which has few bytes', async () => {
    const invited = await startApp({ ACCESS: 'invite' });
    try {
      const owner = await TestVisitor.createOwner(invited, 'Olga');
      const guest = await TestVisitor.invite(owner, 'member');
      const headers = { ...RUSSIAN, Cookie: guest.cookie };
      const socket = new WebSocket(`${invited.url.replace('http', 'ws')}/ws`, { headers });
      await once(socket, 'open');
      const closed = once(socket, 'close') as Promise<[number, Buffer]>;
      await owner.request('PUT', `/people/${guest.id}/role`, { role: 'guest' });
      const [code, reason] = await closed;
      expect(code).toBe(1008);
      expect(reason.toString()).toMatch(/^В\sэтот чат входят по приглашению\. .*…$/);
      expect(reason.length).toBeGreaterThan(118);
    } finally {
      await invited.close();
    }
  });

  it('of a refused handshake is in its language', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws?room=No%20Room`, { headers: RUSSIAN });
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, AsyncIterable<Buffer>];
    let text = '';
    for await (const chunk of response) text += chunk.toString();
    expect(JSON.parse(text)).toMatchObject({
      code: 'bad_request',
      error: expect.stringMatching(/^В\sимени комнаты/) as string,
    });
  });

  it('on a page is in the language of the page', async () => {
    const answer = await fetch(`${app.url}/nothing`, { headers: { ...RUSSIAN, Accept: 'text/html' } });
    expect(await answer.text()).toContain('<h1>Здесь ничего нет: GET /nothing.</h1>');
  });
});

it('plain text has its notices in the language of the request', async () => {
  const gone = (headers: Record<string, string>) =>
    fetch(`${app.url}/r/lobby?after=x:1`, { headers: { Accept: 'text/plain', ...headers } }).then((answer) =>
      answer.text(),
    );
  expect(await gone(RUSSIAN)).toMatch(/^ \* Этого курсора больше нет в\sистории комнаты\.\n$/);
  expect(await gone({})).toBe(' * This cursor is no longer in the room’s history.\n');
});
