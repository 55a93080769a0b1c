import type { Socket } from 'node:net';
import { type RunningApp, startApp } from '../support/app';
import { createPlace } from '../support/places';
import { openPollingSession, sendMessage } from '../support/http';
import { memoryOf } from '../support/memory';
import { TestVisitor } from '../support/test-visitor';
import { startProcess } from '../support/process';
import { dial, dialWebSocket, waitForClose } from '../support/raw';
import { connect } from '../support/socket';
import { openPeer } from '../support/ws';

/** An address may have 20 times as many connections as a visitor. */
const LOW_LIMIT = { LIMITS: 'on', LIMIT_CONNECTIONS: '2' };
const MAX_CONNECTIONS = 40;
const POLLING = '/socket.io/?EIO=4&transport=polling';

describe('the connections of one address', () => {
  let app: RunningApp;
  afterEach(() => app.close());

  it('are limited, even if they send nothing, and closing one makes room for another', async () => {
    app = await startApp(LOW_LIMIT);
    const sockets = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, () => dial(app.url)));
    const excess = await Promise.all(Array.from({ length: 20 }, () => dial(app.url)));
    await Promise.all(excess.map(waitForClose));
    expect(sockets.filter((socket) => socket.destroyed)).toEqual([]);
    // Once the server has closed its side, it no longer counts the connection.
    sockets[0]!.end();
    await waitForClose(sockets[0]!);
    await sendMessage(app.url, 'another');
    sockets.forEach((socket) => socket.destroy());
  });

  it('are not counted together behind a trusted proxy', async () => {
    app = await startApp({ ...LOW_LIMIT, TRUST_PROXY: '127.0.0.1' });
    const sockets = await Promise.all(Array.from({ length: 2 * MAX_CONNECTIONS }, () => dial(app.url)));
    await sendMessage(app.url, 'one more');
    expect(sockets.filter((socket) => socket.destroyed)).toEqual([]);
    sockets.forEach((socket) => socket.destroy());
  });

  it('are limited in Socket.IO handshakes too, of which one TCP connection can make many', async () => {
    app = await startApp({ ...LOW_LIMIT, TRUST_PROXY: '127.0.0.1' });
    const open = async (address: string): Promise<number> => {
      const answer = await fetch(app.url + POLLING, { headers: { 'X-Forwarded-For': address } });
      await answer.text();
      return answer.status;
    };
    const statuses: number[] = [];
    for (let i = 0; i < MAX_CONNECTIONS + 5; i += 1) statuses.push(await open('203.0.113.7'));
    expect(statuses.filter((status) => status === 200)).toHaveLength(MAX_CONNECTIONS);
    expect(statuses.slice(MAX_CONNECTIONS)).toEqual(Array.from({ length: 5 }, () => 429));
    expect(await open('203.0.113.8')).toBe(200);
    await expect(
      connect(app.url, { reconnection: false, extraHeaders: { 'X-Forwarded-For': '203.0.113.7' } }),
    ).rejects.toThrow();
  });

  it('include those to /ws/echo', async () => {
    app = await startApp(LOW_LIMIT);
    const { headers } = await TestVisitor.createGuest(app.url);
    const open = () => openPeer(app.url, '/ws/echo', undefined, undefined, headers);
    const peers = [await open(), await open()];
    await expect(open()).rejects.toThrow('429');
    peers[0]!.socket.close();
    await peers[0]!.closed;
    peers.push(await open());
    peers.forEach(({ socket }) => socket.terminate());
  });
});

describe('five thousand connections from one address', () => {
  it('are limited, take little memory, and do not block the server', async () => {
    const place = await createPlace();
    const server = await startProcess({ ...place.settings, LIMITS: 'on' });
    await sendMessage(server.url, 'before');
    const before = memoryOf(server.child);
    const sockets: Socket[] = [];
    for (let i = 0; i < 5_000; i += 1) sockets.push(await dial(server.url));
    await Promise.all(sockets.slice(2_000).map(waitForClose));
    expect(memoryOf(server.child) - before).toBeLessThan(80);
    // Once the server has closed its side, it no longer counts the connection.
    await Promise.all(sockets.map((socket) => waitForClose(socket.end())));
    await sendMessage(server.url, 'after');
    await server.end('SIGTERM');
    await place.remove();
  });
});

describe('a handshake that is abandoned', () => {
  let app: RunningApp;
  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
    app = await startApp({ ...LOW_LIMIT, LIMIT_CONNECTIONS: '10' });
  });
  afterEach(async () => {
    jest.useRealTimers();
    await app.close();
  });

  // Sockets that have joined are closed by Engine.IO's heartbeat, which the soak tests in real time (F4).
  it('is closed within 45 s, on every transport, and live connections are not', async () => {
    const paths = ['/ws', '/ws/echo', '/socket.io/?EIO=4&transport=websocket'];
    const abandoned = await Promise.all(paths.map((path) => dialWebSocket(app.url, path)));
    const session = await openPollingSession(app.url);
    const live = await openPeer(app.url, '/ws', 'json');
    for (let second = 1; second <= 45; second += 1) {
      const ping = second % 20 === 0 && new Promise((resolve) => live.socket.once('ping', resolve));
      jest.advanceTimersByTime(1_000);
      await ping;
      // Once a later message is stored, the server has read the pong, and its database has answered its check.
      await sendMessage(app.url, 'stored');
    }
    await Promise.all(abandoned.map(waitForClose));
    expect((await fetch(app.url + session)).status).toBe(400);
    live.send({ type: 'new_message', message: 'still there' });
    await live.next(({ message }) => message === 'still there');
    live.socket.terminate();
  });
});
