import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type RunningApp, startApp } from '../../support/app';
import { errorOf } from '../../support/error';
import { readAll } from '../../support/http';
import { dial, sendRaw, UPGRADE } from '../../support/raw';
import { requireCurl } from '../../support/shell';
import { openPeer } from '../../support/ws';

let app: RunningApp;
beforeAll(async () => (app = await startApp()));
afterAll(() => app.close());

const run = promisify(execFile);
/** The headers of a client that offers HTTP/2. */
const H2C = [
  'Host: localhost',
  'Connection: Upgrade, HTTP2-Settings',
  'Upgrade: h2c',
  'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
];
const POST = ['POST /messages HTTP/1.1', 'Content-Type: application/json'];

describe('a request that offers an unsupported protocol', () => {
  it('is answered over HTTP/1.1, which curl --http2 accepts', async () => {
    requireCurl();
    const write = ['-H', 'Content-Type: application/json', '-d', '{"message": "by curl", "room": "curl"}'];
    for (const more of [[], write, write]) {
      const url = `${app.url}/messages`;
      const { stdout } = await run('curl', [
        '-sS',
        '--http2',
        '-w',
        ' %{http_version} %{http_code}',
        ...more,
        url,
      ]);
      expect(stdout).toMatch(more.length > 0 ? / 1\.1 201$/ : / 1\.1 200$/);
    }
    expect(await readAll(app.url, 'curl')).toMatchObject([{ message: 'by curl' }, { message: 'by curl' }]);
  });

  it('is handled with its whole body, and the connection stays usable', async () => {
    const socket = await dial(app.url);
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    const request = async (count: number, ...parts: string[]): Promise<void> => {
      parts.forEach((part) => socket.write(part));
      while (text.split('HTTP/1.1 ').length <= count)
        await new Promise((resolve) => socket.once('data', resolve));
    };
    const body = JSON.stringify({ message: 'x'.repeat(4_000), room: 'raw' });
    const head = [...POST, ...H2C, `Content-Length: ${body.length}`, '', ''].join('\r\n');
    await request(1, head, body.slice(0, 2_000), body.slice(2_000));
    await request(
      2,
      [...POST, ...H2C, 'Transfer-Encoding: chunked', '', ''].join('\r\n'),
      `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    );
    await request(3, ['GET /messages?room=none HTTP/1.1', ...H2C, '', ''].join('\r\n'));
    await request(4, ['GET /messages?room=none HTTP/1.1', 'Host: localhost', '', ''].join('\r\n'));
    expect(text.match(/HTTP\/1\.1 (\d+)/g)).toEqual(
      ['201', '201', '200', '200'].map((code) => `HTTP/1.1 ${code}`),
    );
    expect(await readAll(app.url, 'raw')).toHaveLength(2);
    socket.destroy();
  });

  it.each(['h2c, websocket', 'TLS/1.0', 'websocket/13'])('is answered if the offer is %s', async (token) => {
    const lines = [
      'GET /messages HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade, close',
      `Upgrade: ${token}`,
    ];
    expect((await sendRaw(app.url, ...lines)).status).toBe(200);
  });
});

describe('a request that offers WebSocket', () => {
  it('is upgraded, whatever the case of the header', async () => {
    const lines = UPGRADE.with(2, 'Upgrade: WebSocket');
    const socket = await dial(app.url, 'GET /ws HTTP/1.1', ...lines);
    const answer = await new Promise((resolve) => socket.once('data', resolve));
    expect(String(answer)).toMatch(/^HTTP\/1.1 101 /);
    socket.destroy();
    (await openPeer(app.url, '/ws')).socket.terminate();
  });

  it('is refused with 404 on other paths', async () => {
    for (const path of ['/nothing', '/messages', '/ws/']) {
      const { status, text } = await sendRaw(app.url, `GET ${path} HTTP/1.1`, ...UPGRADE);
      expect(status).toBe(404);
      expect(JSON.parse(text.split('\r\n\r\n')[1]!)).toEqual(
        errorOf('not_found', `There is no WebSocket at ${path}.`),
      );
    }
  });
});
