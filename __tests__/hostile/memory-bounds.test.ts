import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type RunningApp, startApp } from '../support/app';
import { fillRoom } from '../support/fill-room';
import { createPlace } from '../support/places';
import { openPollingSession, sendMessage } from '../support/http';
import { dial, dialWebSocket, frame, waitForClose } from '../support/raw';
import { openPeer } from '../support/ws';

const PROXY = { LIMITS: 'on', TRUST_PROXY: '127.0.0.1' };
const HOSTILE = 'X-Forwarded-For: 203.0.113.7';
const other = { headers: { 'X-Forwarded-For': '203.0.113.8' } };

let app: RunningApp;
afterEach(() => app.close());

/** Returns a request's head, from the hostile address. */
const lines = (...head: string[]): string => [...head, 'Host: localhost', HOSTILE, '', ''].join('\r\n');
const CHUNKED = lines(
  'POST /sessions HTTP/1.1',
  'Content-Type: application/json',
  'Transfer-Encoding: chunked',
);
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

/** Returns the connections that are open once the server has read all that was sent on them. */
async function findOpen(sockets: readonly Socket[]): Promise<Socket[]> {
  for (let i = 0; i < 20; i += 1) expect((await fetch(`${app.url}/messages`, other)).status).toBe(200);
  return sockets.filter((socket) => !socket.closed);
}

describe('the requests of one address', () => {
  // 20 connections: 80 KB.
  const SMALL = { ...PROXY, LIMIT_CONNECTIONS: '1' };

  it('take at most 4 KB for each connection it may have, pipelined heads included', async () => {
    app = await startApp(SMALL);
    const ahead = lines('GET /messages HTTP/1.1', `Cookie: ${'x'.repeat(10_000)}`);
    const sockets: Socket[] = [];
    for (let i = 0; i < 3; i += 1) {
      const socket = await dial(app.url);
      socket.write(lines('GET /subscribe HTTP/1.1') + ahead.repeat(5));
      sockets.push(socket);
    }
    const open = await findOpen(sockets);
    expect(open).toHaveLength(1);
    // The memory is released when a connection closes.
    open[0]!.destroy();
    await waitForClose(open[0]!);
    const next = await dial(app.url);
    next.write(lines('GET /messages HTTP/1.1') + ahead.repeat(5));
    expect(await findOpen([next])).toHaveLength(1);
    next.destroy();
  });

  it('take at most 4 KB for each connection it may have, incomplete bodies included', async () => {
    app = await startApp(SMALL);
    const sockets: Socket[] = [];
    for (let i = 0; i < 3; i += 1) {
      const socket = await dial(app.url);
      socket.write(CHUNKED + chunk('x'.repeat(50_000)));
      sockets.push(socket);
    }
    const open = await findOpen(sockets);
    expect(open).toHaveLength(1);
    open[0]!.destroy();
  });
});

describe('a body', () => {
  it('in too many chunks closes its connection: each chunk counts as 256 additional bytes', async () => {
    app = await startApp({ LIMITS: 'off' });
    // Timeouts must not close the connection.
    app.server.requestTimeout = app.server.headersTimeout = app.server.timeout = 0;
    const socket = await dial(app.url);
    socket.write(CHUNKED + chunk('x').repeat(1_340));
    await waitForClose(socket);
    const accepted = await dial(app.url);
    accepted.write(CHUNKED + chunk('x').repeat(1_024) + chunk(''));
    const answer = await new Promise((resolve) => accepted.once('data', resolve));
    expect(String(answer)).toMatch(/^HTTP\/1.1 400 /);
    accepted.destroy();
  });
});

describe('a body whose request is answered before it has arrived', () => {
  it('takes no memory from then on, and its connection is closed', async () => {
    // 20 connections: 80 KB.
    app = await startApp({ ...PROXY, LIMIT_CONNECTIONS: '1' });
    const headers = { 'X-Forwarded-For': '203.0.113.7' };
    for (let i = 0; i < 3; i += 1) {
      const path = await openPollingSession(app.url, headers);
      const socket = await dial(app.url);
      const head = lines(`POST ${path} HTTP/1.1`, 'Transfer-Encoding: chunked');
      socket.write(head + chunk('x'.repeat(66_000)));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(String(answer)).toMatch(/^HTTP\/1.1 413 /);
      socket.write(chunk('x'.repeat(60_000)));
      await waitForClose(socket);
    }
    expect((await fetch(`${app.url}/messages`, { headers })).status).toBe(200);
  });

  it('is not accepted as a shorter message when it is cut off', async () => {
    app = await startApp({ LIMITS: 'off' });
    const socket = await dial(app.url);
    const head = lines('POST /r/lobby HTTP/1.1', 'Content-Type: text/plain', 'Transfer-Encoding: chunked');
    socket.write(head + chunk('x').repeat(1_500) + chunk(''));
    await waitForClose(socket);
    expect(await (await fetch(`${app.url}/messages`)).json()).toMatchObject({ messages: [] });
  });
});

describe('an address', () => {
  it('that exceeds its limit of refusals twice over is disconnected without an answer', async () => {
    app = await startApp({ LIMITS: 'on', LIMIT_REFUSALS: '1/60' });
    for (let i = 0; i < 20; i += 1) {
      const socket = await dial(app.url);
      socket.write('NO HTTP\r\n\r\n');
      await waitForClose(socket);
    }
    const socket = await dial(app.url, 'GET /messages HTTP/1.1', 'Host: localhost');
    let text = '';
    socket.on('data', (data) => (text += String(data)));
    await waitForClose(socket);
    expect(text).toBe('');
  });
});

describe('a connection that floods with control frames or empty packets', () => {
  const ENGINE = '/socket.io/?EIO=4&transport=websocket';
  const many = (one: Buffer): Buffer => Buffer.concat(Array.from({ length: 65 }, () => one));

  it.each<[string, string, Buffer]>([
    ['pings on /ws', '/ws', frame('ping')],
    ['pongs on /ws', '/ws', frame('pong')],
    ['pongs on /ws/echo', '/ws/echo', frame('pong')],
    ['pongs of Engine.IO', ENGINE, frame('text', '3')],
    ['unknown packets', ENGINE, frame('text', '6')],
    ['unknown namespaces', ENGINE, frame('text', '40/none,{}')],
    ['acknowledgements that nothing waits for', ENGINE, frame('text', '431[]')],
  ])('is closed after 64 of them, and counts as a refusal: %s', async (_case, path, one) => {
    app = await startApp({ ...PROXY, LIMIT_REFUSALS: '1/60' });
    const socket = await dialWebSocket(app.url, path, HOSTILE);
    if (path === ENGINE) socket.write(frame('text', '40'));
    socket.write(many(one));
    await waitForClose(socket);
    const refused = await fetch(`${app.url}/messages`, { headers: { 'X-Forwarded-For': '203.0.113.7' } });
    expect(refused.status).toBe(429);
    expect((await fetch(`${app.url}/messages`, other)).status).toBe(200);
  });

  it('gets a close frame instead of a reset, although it still sends', async () => {
    app = await startApp(PROXY);
    const socket = await dialWebSocket(app.url, '/ws', HOSTILE);
    let received = '';
    socket.on('data', (data) => (received += String(data)));
    socket.write(Buffer.concat([many(frame('pong')), Buffer.alloc(512 * 1024)]));
    // Closing a socket with unread bytes causes a reset.
    await once(socket, 'end');
    expect(received).toContain('Too many pings and pongs.');
  });

  it('is not closed at 60 of them', async () => {
    app = await startApp(PROXY);
    const socket = await dialWebSocket(app.url, '/ws', HOSTILE);
    socket.write(Buffer.concat(Array.from({ length: 60 }, () => frame('ping'))));
    expect(await findOpen([socket])).toHaveLength(1);
    socket.destroy();
  });

  it('is closed for a message in more than 256 frames, and for a binary frame', async () => {
    app = await startApp({ LIMITS: 'off' });
    const fragmented = await dialWebSocket(app.url, '/ws');
    fragmented.write(frame('text', 'x', { final: false }));
    fragmented.write(
      Buffer.concat(Array.from({ length: 256 }, () => frame('continuation', '', { final: false }))),
    );
    await waitForClose(fragmented);
    const binary = await dialWebSocket(app.url, '/ws');
    binary.write(Buffer.concat([frame('binary', 'x'), frame('text', 'not stored')]));
    await waitForClose(binary);
    expect(await (await fetch(`${app.url}/messages`)).json()).toMatchObject({ messages: [] });
  });

  it('is charged a read for each echo', async () => {
    app = await startApp({ ...PROXY, LIMIT_READS: '10/60' });
    const socket = await dialWebSocket(app.url, '/ws/echo', HOSTILE);
    let echoed = '';
    socket.on('data', (data) => (echoed += String(data)));
    socket.write(Buffer.concat(Array.from({ length: 100 }, () => frame('text', '!'))));
    await waitForClose(socket);
    expect(echoed.match(/!/g)).toHaveLength(10);
  });
});

describe('the unread data of one address', () => {
  it('is at most 8 KB for each connection it may have: stalled readers are disconnected, and others are not', async () => {
    const database = await createPlace();
    app = await startApp({}, { database });
    // More than the kernel's buffers of a connection hold.
    await fillRoom(app.url, 'lobby', 3_000, () => 'x'.repeat(4_000));
    await app.close();
    // 20 connections: 160 KB.
    app = await startApp({ LIMITS: 'on', LIMIT_CONNECTIONS: '1' }, { database });
    const reader = await openPeer(app.url, '/ws', 'json');
    let open = 0;
    // A client that reads nothing can't notice that it was disconnected.
    const disconnected = new Promise<void>((resolve) => {
      app.server.on('connection', (connection: Socket) => {
        open += 1;
        connection.once('close', () => (open -= 1) === 2 && resolve());
      });
    });
    const sockets = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const socket = await dial(app.url, 'GET /sse?after=earliest HTTP/1.1', 'Host: localhost');
        return socket.pause();
      }),
    );
    await disconnected;
    await sendMessage(app.url, 'still there');
    await reader.next(({ message }) => message === 'still there');
    sockets.forEach((socket) => socket.destroy());
    reader.socket.terminate();
    await app.close();
    await app.close();
    await database.remove();
  });
});
