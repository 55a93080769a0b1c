import type { Socket } from 'node:net';
import { type RunningApp, startApp } from '../support/app';
import { sseEvents, take } from '../support/events';
import { postJson, sendMessage } from '../support/http';
import { TestVisitor } from '../support/test-visitor';
import { dial, waitForClose } from '../support/raw';

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

/** The interval between two bytes of a slow client, in ms. */
const PAUSE_MS = 50;

/** Sends a request byte by byte, without end. Returns the response, and how many bytes were sent before it. */
async function trickle(lines: string[], byte: string): Promise<{ text: string; sent: number }> {
  let sent = 0;
  const socket = await dial(app.url);
  socket.write(lines.join('\r\n'));
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  const timer = setInterval(() => {
    sent += 1;
    socket.write(byte);
  }, PAUSE_MS);
  await waitForClose(socket);
  clearInterval(timer);
  return { text, sent };
}

const BODY = [
  'POST /messages HTTP/1.1',
  'Host: localhost',
  'Content-Type: application/json',
  'Content-Length: 60000',
  '',
  ' ',
];

describe('a request that never ends', () => {
  it('times out within 15 s while its headers arrive byte by byte, as does a silent connection', async () => {
    const silent = dial(app.url).then(waitForClose);
    const { text, sent } = await trickle(['GET / HTTP/1.1', 'Host: localhost', 'X-Slow: '], 'x');
    await silent;
    expect(text).toMatch(/^HTTP\/1.1 408 [^]*"code":"request_timeout","status":408\}$/);
    // On a busy machine, this timer is as late as those of the server.
    expect(sent * PAUSE_MS).toBeLessThan(15_000);
  });

  it('does not count as a refusal if nothing was sent, since browsers open connections in advance', async () => {
    await app.close();
    app = await startApp({ LIMITS: 'on', LIMIT_REFUSALS: '1/60' });
    const { requestTimeout, headersTimeout } = app.server;
    app.server.requestTimeout = app.server.headersTimeout = 100;
    const responses = await Promise.all(
      Array.from({ length: 15 }, async () => {
        const socket = await dial(app.url);
        let text = '';
        socket.on('data', (chunk) => (text += String(chunk)));
        await waitForClose(socket);
        return text;
      }),
    );
    expect(responses.join('')).toBe('');
    Object.assign(app.server, { requestTimeout, headersTimeout });
    expect((await fetch(`${app.url}/messages`)).status).toBe(200);
  });

  it('times out while its body arrives byte by byte, and open streams do not', async () => {
    // With the default setting, this takes half a minute.
    const { requestTimeout, headersTimeout } = app.server;
    expect(requestTimeout).toBe(30_000);
    const streams = ['/sse', '/sse?room=lobby'].map((path) =>
      take(sseEvents(app.url + path), 1, ({ type }) => type === 'new_message'),
    );
    const polled = fetch(`${app.url}/subscribe`).then((answer) => answer.json());
    const curl = await dial(app.url, 'GET /r/lobby?follow HTTP/1.1', 'Host: localhost', 'Accept: text/plain');
    let lines = '';
    curl.on('data', (chunk) => (lines += String(chunk)));
    // Now the streams are open.
    await take(sseEvents(`${app.url}/sse`), 1, ({ data }) => data.count === 4);
    app.server.requestTimeout = app.server.headersTimeout = 1_000;
    const { text } = await trickle(BODY, ' ');
    expect(text).toContain('HTTP/1.1 408');
    Object.assign(app.server, { requestTimeout, headersTimeout });
    await sendMessage(app.url, 'still flowing');
    for (const stream of streams) expect((await stream)[0]!.data.message).toBe('still flowing');
    expect(await polled).toMatchObject({ messages: [{ message: 'still flowing' }] });
    while (!lines.includes('Anonymous: still flowing'))
      await new Promise((resolve) => curl.once('data', resolve));
    curl.destroy();
  });

  it('does not block others, even if there are a hundred', async () => {
    const slow = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = await dial(app.url);
        socket.write(BODY.join('\r\n'));
        return socket;
      }),
    );
    expect((await postJson(`${app.url}/messages`, { message: 'quick' })).status).toBe(201);
    slow.forEach((socket) => socket.destroy());
  });
});

describe('a response that is not read', () => {
  it('closes its connection after a timeout, and quiet streams stay open', async () => {
    const guest = await TestVisitor.createGuest(app.url);
    for (let i = 0; i < 100; i += 1)
      await guest.request('POST', '/messages', { message: '\u2603'.repeat(4_000) });
    // With the default setting, this takes a minute.
    expect(app.server.timeout).toBe(65_000);
    app.server.timeout = 1_000;
    const events = sseEvents(`${app.url}/sse?room=quiet`);
    const quiet = take(events, 1, ({ type }) => type === 'new_message');
    await take(sseEvents(`${app.url}/sse?room=quiet`), 1, ({ data }) => data.count === 2);
    const dropped = new Promise<void>((resolve) => {
      app.server.once('connection', (connection: Socket) => connection.once('close', () => resolve()));
    });
    const line = 'GET /messages?limit=500 HTTP/1.1';
    const lines = Array.from({ length: 20 }, () => [line, 'Host: localhost', '']).flat();
    const socket = await dial(app.url, ...lines);
    socket.pause();
    await dropped;
    socket.destroy();
    await sendMessage(app.url, 'still flowing', { room: 'quiet' });
    expect((await quiet)[0]!.data.message).toBe('still flowing');
  });
});
