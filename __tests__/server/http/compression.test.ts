import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { type RunningApp, startApp } from '../../support/app';
import { sendMessage } from '../../support/http';

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

const request = (path: string, encodings = 'gzip, deflate, br') =>
  fetch(app.url + path, { headers: { 'Accept-Encoding': encodings } });

describe('compression', () => {
  it('serves scripts and styles that were compressed during the build', async () => {
    for (const path of ['/static/pages/chat.js', '/static/styles/chat.css', '/static/socket.io.js']) {
      const [small, smaller, plain] = await Promise.all([
        request(path, 'gzip'),
        request(path, 'gzip, br'),
        request(path, 'identity'),
      ]);
      expect([small, smaller, plain].map(({ headers }) => headers.get('content-encoding'))).toEqual([
        'gzip',
        'br',
        null,
      ]);
      const lengths = [smaller, small, plain].map(({ headers }) => Number(headers.get('content-length')));
      expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
      expect(small.headers.get('vary')).toMatch(/accept-encoding/i);
      expect(small.headers.get('content-type')).toMatch(/javascript|css/);
      const texts = await Promise.all([small.text(), smaller.text(), plain.text()]);
      expect(new Set(texts).size).toBe(1);
    }
  });

  it('answers 304 for a compressed file, too', async () => {
    const etag = (await request('/static/pages/chat.js')).headers.get('etag')!;
    // `fetch` would ask past every cache.
    const headers = { 'Accept-Encoding': 'br', 'If-None-Match': etag };
    const [answer] = (await once(get(`${app.url}/static/pages/chat.js`, { headers }), 'response')) as [
      IncomingMessage,
    ];
    expect(answer.resume().statusCode).toBe(304);
  });

  it('compresses pages and long responses, and not short ones', async () => {
    expect((await request('/')).headers.get('content-encoding')).toBe('br');
    expect((await request('/messages')).headers.get('content-encoding')).toBeNull();
    for (let i = 0; i < 10; i += 1) await sendMessage(app.url, 'the same again');
    const messages = await request('/messages');
    expect(messages.headers.get('content-encoding')).toBe('br');
    expect(await messages.json()).toMatchObject({ messages: { length: 10 } });
  });

  it.each(['/sse', '/r/lobby?follow'])(
    'leaves a stream alone, which must not be held back: %s',
    async (path) => {
      const controller = new AbortController();
      const stream = await fetch(app.url + path, {
        headers: { 'Accept-Encoding': 'gzip, br' },
        signal: controller.signal,
      });
      expect(stream.headers.get('content-encoding')).toBeNull();
      await sendMessage(app.url, 'x');
      for await (const chunk of stream.body!) if (Buffer.from(chunk).includes('x')) break;
      controller.abort();
    },
  );
});
