import { request } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../server/wire';
import { type RunningApp, startApp } from '../support/app';
import { errorOf } from '../support/error';
import { sseEvents, take } from '../support/events';
import { openPollingSession, sendMessage } from '../support/http';
import { dial, sendRaw, UPGRADE, waitForClose } from '../support/raw';

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

/** Returns the status of a POST request, without waiting until the server has read the body. */
function postStatus(path: string, type: string, body: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
    const posting = request(app.url + path, { method: 'POST', headers }, ({ statusCode }) =>
      resolve(statusCode),
    );
    posting.on('error', () => undefined).end(body);
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
  ])('over 64 KB is refused by %s with 413', async (path, type, body) => {
    expect(await postStatus(path, type, body)).toBe(413);
  });

  it('over 64 KB is refused by Socket.IO’s polling with 413', async () => {
    expect(await postStatus(await openPollingSession(app.url), 'text/plain', `4${text}`)).toBe(413);
  });

  it('with a Content-Length over 64 KB is refused with 413 before it arrives', async () => {
    const socket = await dial(app.url, 'POST /messages HTTP/1.1', 'Host: localhost', 'Content-Length: 65537');
    const answer = await new Promise((resolve) => socket.once('data', resolve));
    expect(String(answer)).toMatch(/^HTTP\/1.1 413 /);
    socket.destroy();
  });

  it.each<[string, (text: string) => Buffer]>([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('that is compressed is refused with 415 without being decompressed: %s', async (encoding, compress) => {
    const posts: [string, string, string][] = [
      ['/messages', 'application/json', JSON.stringify({ message: 'hello' })],
      ['/sessions', 'application/json', JSON.stringify({ username: 'x'.repeat(10_000_000) })],
      ['/invite', 'application/x-www-form-urlencoded', 'secret=x'],
      ['/r/lobby', 'application/x-www-form-urlencoded', 'hello'],
    ];
    for (const [path, type, text] of posts) {
      const headers = { 'Content-Type': type, 'Content-Encoding': encoding };
      const answer = await fetch(app.url + path, {
        method: 'POST',
        headers,
        body: new Uint8Array(compress(text)),
      });
      expect(answer.status).toBe(415);
    }
  });
});

describe('a request target', () => {
  it.each(['/', '/messages?room=', '/sse?room=', '/static/', '/socket.io/?x='])(
    'of 64 KB is refused with 414 and a reason: %s…',
    async (path) => {
      const { status, text } = await sendRaw(
        app.url,
        `GET ${path}${'x'.repeat(64 * 1024)} HTTP/1.1`,
        'Host: localhost',
      );
      expect(status).toBe(414);
      expect(JSON.parse(text.split('\r\n\r\n')[1]!)).toEqual(
        errorOf('address_too_long', 'The address is over 16 KB.'),
      );
    },
  );

  it('of 64 KB is refused for a WebSocket', async () => {
    const line = `GET /ws?room=${'x'.repeat(64 * 1024)} HTTP/1.1`;
    expect((await sendRaw(app.url, line, 'Host: localhost')).status).toBe(414);
  });

  it('of 8 KB is answered', async () => {
    const answer = await fetch(`${app.url}/messages?x=${'x'.repeat(8_000)}`);
    expect(answer.status).toBe(200);
  });
});

describe('a request that Node or a library would refuse in its own format', () => {
  const GET = 'GET /messages HTTP/1.1';
  const HOST = 'Host: localhost';
  const POST = ['POST /messages HTTP/1.1', HOST, 'Content-Length: 2'];
  const JSON_TYPE = 'Content-Type: application/json';
  const polling = (query: string, method = 'GET') => `${method} /socket.io/?EIO=4&${query} HTTP/1.1`;
  it.each<[string, ErrorCode, string[]]>([
    ['an invalid host', 'bad_request', [GET, 'Host: [']],
    ['a host with a space', 'bad_request', [GET, 'Host: a b']],
    ['a host with a path', 'bad_request', ['GET / HTTP/1.1', 'Host: a/b']],
    ['an invalid host, for a stream', 'bad_request', ['GET /sse HTTP/1.1', 'Host: [']],
    ['an invalid host, for Socket.IO', 'bad_request', [polling('transport=polling'), 'Host: [']],
    ['an invalid host, for a WebSocket', 'bad_request', ['GET /ws HTTP/1.1', ...UPGRADE.with(0, 'Host: [')]],
    ['no host', 'bad_request', [GET]],
    ['two hosts', 'bad_request', [GET, HOST, 'Host: example.org']],
    ['an unknown expectation', 'expectation_failed', [GET, HOST, 'Expect: nonsense']],
    ['a malformed file path', 'bad_request', ['GET /static/%ff HTTP/1.1', HOST]],
    ['a malformed room path', 'bad_request', ['GET /r/%ff HTTP/1.1', HOST]],
    ['a folder of files', 'not_found', ['GET /static HTTP/1.1', HOST]],
    [
      'a range past a file’s end',
      'range_not_satisfiable',
      ['GET /static/favicon.svg HTTP/1.1', HOST, 'Range: bytes=99999-'],
    ],
    [
      'a failing precondition on a compressed file',
      'precondition_failed',
      ['GET /static/styles/base.css HTTP/1.1', HOST, 'Accept-Encoding: br', 'If-Match: "x"'],
    ],
    ['an unknown charset', 'unsupported_type', [...POST, `${JSON_TYPE}; charset=latin1`]],
    ['an unknown encoding', 'unsupported_type', [...POST, JSON_TYPE, 'Content-Encoding: zip']],
    ['a compressed body', 'unsupported_type', [...POST, JSON_TYPE, 'Content-Encoding: gzip']],
    ['an unsupported method', 'not_found', ['TRACE / HTTP/1.1', HOST]],
    ['CONNECT', 'not_implemented', ['CONNECT localhost:80 HTTP/1.1', HOST]],
    ['a WebSocket without a key', 'bad_request', ['GET /ws HTTP/1.1', ...UPGRADE.slice(0, 4)]],
    [
      'a WebSocket of another version',
      'bad_request',
      ['GET /ws HTTP/1.1', ...UPGRADE.with(3, 'Sec-WebSocket-Version: 9')],
    ],
    ['a WebSocket by POST', 'bad_request', ['POST /ws HTTP/1.1', ...UPGRADE]],
    ['an unknown Socket.IO transport', 'bad_request', [polling('transport=x'), HOST]],
    ['an unknown Socket.IO session', 'bad_request', [polling('transport=polling&sid=x'), HOST]],
    [
      'an unknown Socket.IO session, for a WebSocket',
      'bad_request',
      [polling('transport=websocket&sid=x'), ...UPGRADE],
    ],
    [
      'a Socket.IO session that begins with POST',
      'bad_request',
      [polling('transport=polling', 'POST'), HOST],
    ],
    [
      'a Socket.IO session over WebSocket without an upgrade',
      'bad_request',
      [polling('transport=websocket'), HOST],
    ],
  ])('is refused with a JSON error like all others: %s', async (_case, expected, lines) => {
    const { status, text } = await sendRaw(
      app.url,
      ...lines.map((line) => line.replace('Connection: Upgrade', 'Connection: Upgrade, close')),
      ...(lines.includes('Connection: Upgrade') ? [] : ['Connection: close']),
      ...(lines.includes('Content-Length: 2') ? ['', '{}'] : []),
    );
    const [head, body] = text.split('\r\n\r\n');
    expect(status).toBe(errorOf(expected).status);
    expect(head).toMatch(/^content-type: application\/json; charset=utf-8$/im);
    expect(head).not.toMatch(/^content-encoding:/im);
    expect(JSON.parse(body!)).toEqual(errorOf(expected));
  });
});

describe('a malformed request', () => {
  it.each<[string, string[], ErrorCode]>([
    [
      'headers over 16 KB',
      ['GET / HTTP/1.1', 'Host: localhost', `Cookie: ${'x'.repeat(64 * 1024)}`],
      'headers_too_large',
    ],
    ['not HTTP', ['\u0016\u0003\u0001'], 'bad_request'],
    ['a method that does not exist', ['PARLEY / HTTP/1.1', 'Host: localhost'], 'bad_request'],
    [
      'two Content-Length headers',
      ['POST /messages HTTP/1.1', 'Host: localhost', 'Content-Length: 1', 'Content-Length: 2'],
      'bad_request',
    ],
    [
      'a Content-Length and chunks',
      ['POST /messages HTTP/1.1', 'Host: localhost', 'Content-Length: 1', 'Transfer-Encoding: chunked'],
      'bad_request',
    ],
    ['a NUL in a header', ['GET / HTTP/1.1', 'Host: localhost', 'Cookie: a\u0000b'], 'bad_request'],
    ['a line break in a header’s name', ['GET / HTTP/1.1', 'Host: localhost', 'Coo\rkie: a'], 'bad_request'],
  ])('is refused with a JSON error, and its connection is closed: %s', async (_case, lines, expected) => {
    const { status, text } = await sendRaw(app.url, ...lines);
    expect(status).toBe(errorOf(expected).status);
    expect(JSON.parse(text.split('\r\n\r\n')[1]!)).toEqual(errorOf(expected));
    await sendMessage(app.url, 'still there');
  });

  it('is not answered in the middle of a stream on the same connection', async () => {
    const socket = await dial(app.url, 'GET /sse HTTP/1.1', 'Host: localhost');
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    await take(sseEvents(`${app.url}/sse`), 1, ({ data }) => data.count === 2);
    socket.write('no request\r\n\r\n');
    await waitForClose(socket);
    expect(text.match(/HTTP\/1.1/g)).toHaveLength(1);
  });
});
