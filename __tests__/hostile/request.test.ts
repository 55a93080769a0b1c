import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { startApp, type Running } from '../support/app';
import { say } from '../support/http';
import { answerTo, closed, dial } from '../support/raw';
import { take, sseEvents } from '../support/events';

let app: Running;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

/** The status of a POST, whose body is sent whether or not it is read. */
function postStatus(path: string, type: string, body: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
    const sent = request(app.url + path, { method: 'POST', headers }, ({ statusCode }) =>
      resolve(statusCode),
    );
    sent.on('error', () => undefined).end(body);
  });
}

describe('a body', () => {
  const text = 'x'.repeat(64 * 1024 + 1);
  it.each([
    ['/messages', 'application/json', JSON.stringify({ message: text })],
    ['/username', 'application/json', JSON.stringify({ username: text })],
    ['/contacts', 'application/json', JSON.stringify({ name: text, phone: '1' })],
    ['/sessions', 'application/json', JSON.stringify({ username: text, password: text })],
    ['/r/lobby', 'application/x-www-form-urlencoded', text],
  ])('S7: over 64 KB is refused by %s with 413', async (path, type, body) => {
    expect(await postStatus(path, type, body)).toBe(413);
  });

  it('S7: over 64 KB is refused by Socket.IO’s polling with 413', async () => {
    const base = '/socket.io/?EIO=4&transport=polling';
    const opened = await (await fetch(app.url + base)).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    expect(await postStatus(`${base}&sid=${sid}`, 'text/plain', `4${text}`)).toBe(413);
  });

  it('S7: that is compressed to little is refused by what it holds, with 413', async () => {
    const body = gzipSync(JSON.stringify({ message: 'x'.repeat(10_000_000) }));
    const answer = await fetch(`${app.url}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
      body,
    });
    expect(answer.status).toBe(413);
  });
});

describe('an address', () => {
  it.each(['/', '/messages?room=', '/sse?room=', '/static/', '/socket.io/?x='])(
    'S7: of 64 KB is refused with 414, and a sentence: %s…',
    async (path) => {
      const { status, text } = await answerTo(
        app.url,
        `GET ${path}${'x'.repeat(64 * 1024)} HTTP/1.1`,
        'Host: localhost',
      );
      expect(status).toBe(414);
      expect(JSON.parse(text.split('\r\n\r\n')[1]!)).toEqual({
        error: 'The address is over 16 KB.',
        status: 414,
      });
    },
  );

  it('S7: that is that long for a WebSocket is refused likewise', async () => {
    const line = `GET /ws?room=${'x'.repeat(64 * 1024)} HTTP/1.1`;
    expect((await answerTo(app.url, line, 'Host: localhost')).status).toBe(414);
  });

  it('S7: that is long, but not that long, is answered', async () => {
    const answer = await fetch(`${app.url}/messages?x=${'x'.repeat(8_000)}`);
    expect(answer.status).toBe(200);
  });
});

describe('what is no request', () => {
  it.each<[string, string[], number]>([
    ['headers over 16 KB', ['GET / HTTP/1.1', 'Host: localhost', `Cookie: ${'x'.repeat(64 * 1024)}`], 431],
    ['no HTTP at all', ['\u0016\u0003\u0001'], 400],
    ['a method that does not exist', ['PARLEY / HTTP/1.1', 'Host: localhost'], 400],
    [
      'two lengths',
      ['POST /messages HTTP/1.1', 'Host: localhost', 'Content-Length: 1', 'Content-Length: 2'],
      400,
    ],
    [
      'a length and chunks',
      ['POST /messages HTTP/1.1', 'Host: localhost', 'Content-Length: 1', 'Transfer-Encoding: chunked'],
      400,
    ],
    ['a header with NUL in it', ['GET / HTTP/1.1', 'Host: localhost', 'Cookie: a\u0000b'], 400],
    ['a line end in a header’s name', ['GET / HTTP/1.1', 'Host: localhost', 'Coo\rkie: a'], 400],
  ])('S21: is answered in the one shape of errors, and closed: %s', async (_what, lines, expected) => {
    const { status, text } = await answerTo(app.url, ...lines);
    expect(status).toBe(expected);
    expect(JSON.parse(text.split('\r\n\r\n')[1]!)).toEqual({ error: expect.any(String) as string, status });
    await say(app.url, 'still there');
  });

  it('S21: is not answered into a stream that it was sent behind', async () => {
    const socket = await dial(app.url, 'GET /sse HTTP/1.1', 'Host: localhost');
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    await take(sseEvents(`${app.url}/sse`), 1, ({ data }) => data.count === 2);
    socket.write('no request\r\n\r\n');
    await closed(socket);
    expect(text.match(/HTTP\/1.1/g)).toHaveLength(1);
  });
});
