import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Presence } from '../../../server/wire';
import { type RunningApp, startApp } from '../../support/app';
import { sseEvents, take } from '../../support/events';
import { readAll, sendMessage } from '../../support/http';
import { dial, UPGRADE } from '../../support/raw';
import { openPeer } from '../../support/ws';

/** A misbehaving client must not affect others. */

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

const raw = (...lines: string[]): Promise<Socket> => dial(app.url, ...lines);

describe('a client that misbehaves', () => {
  it.each(['/nothing', '/ws?room=BAD', '/socket.iox', '/socket.io'])(
    'is refused an upgrade to %s, and may reset the connection at any moment',
    async (path) => {
      for (let i = 0; i < 50; i += 1) (await raw(`GET ${path} HTTP/1.1`, ...UPGRADE)).resetAndDestroy();
      const answered = await raw(`GET ${path} HTTP/1.1`, ...UPGRADE);
      const [answer] = (await once(answered, 'data')) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1.1 4\d\d /);
      answered.destroy();
      await sendMessage(app.url, 'still there');
    },
  );

  it.each(['//', '/%', '*', 'http://[', '/sse?%', '//sse?last=x'])(
    'may ask for %s, and is answered',
    async (target) => {
      const answered = await raw(`GET ${target} HTTP/1.1`, 'Host: localhost');
      const [answer] = (await once(answered, 'data')) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1.1 [24]\d\d /);
      answered.destroy();
      await sendMessage(app.url, 'still there');
    },
  );

  it('has its requests handled in order: the last room that it joins is where it reads and writes', async () => {
    const peer = await openPeer(app.url, '/ws?room=start', 'json');
    peer.send({ type: 'join', room: 'aaa', last: 5, id: '1' });
    peer.send({ type: 'join', room: 'bbb', after: 'earliest', id: '2' });
    peer.send({ type: 'new_message', message: 'where am I?' });
    const { room } = await peer.next(({ type }) => type === 'new_message');
    expect(room).toBe('bbb');
    expect(await readAll(app.url, 'start')).toEqual([]);
    peer.socket.terminate();
  });

  it('is cut off when it never reads its answers', async () => {
    const peer = await openPeer(app.url, '/ws', 'json');
    peer.socket.pause();
    const frame = JSON.stringify({ type: 'nonsense', id: 'x'.repeat(8_000) });
    const flood = setInterval(() => {
      for (let i = 0; i < 50 && peer.socket.bufferedAmount < 1_000_000; i += 1) peer.socket.send(frame);
    }, 1);
    await take(sseEvents(`${app.url}/sse`), 1, ({ data }) => (data as unknown as Presence).count === 1);
    const alone = take(
      sseEvents(`${app.url}/sse`),
      1,
      ({ data }) => (data as unknown as Presence).count === 1,
    );
    await alone;
    clearInterval(flood);
    peer.socket.terminate();
  });

  it('leaves no visitors behind when it pipelines streams and disconnects', async () => {
    const lines = Array.from({ length: 20 }, () => [
      'GET /sse?room=ghosts HTTP/1.1',
      'Host: localhost',
      '',
    ]).flat();
    const socket = await raw('GET /subscribe HTTP/1.1', 'Host: localhost', '', ...lines);
    await sendMessage(app.url, 'a', { room: 'ghosts' });
    socket.destroy();
    await take(
      sseEvents(`${app.url}/sse?room=ghosts`),
      1,
      ({ data }) => (data as unknown as Presence).count === 1,
    );
  });

  it('is cut off when it pipelines many requests', async () => {
    const lines = Array.from({ length: 200 }, () => ['GET /messages HTTP/1.1', 'Host: localhost', '']).flat();
    const socket = await raw('GET /subscribe HTTP/1.1', 'Host: localhost', '', ...lines);
    await once(socket, 'close');
  });

  it.each(['/sse', '/subscribe', '/r/lobby?follow'])(
    'gets no stream in response to HEAD %s',
    async (path) => {
      expect((await fetch(app.url + path, { method: 'HEAD' })).status).toBe(200);
    },
  );
});

describe('a shutdown', () => {
  it.each<[string, () => Promise<Socket>]>([
    [
      'a body that never comes',
      () =>
        raw(
          'POST /messages HTTP/1.1',
          'Host: localhost',
          'Content-Length: 9',
          'Content-Type: application/json',
        ),
    ],
    ['a WebSocket that answers nothing', () => raw('GET /ws HTTP/1.1', ...UPGRADE)],
    [
      'a Socket.IO client that answers nothing',
      () => raw('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1', ...UPGRADE),
    ],
    ['a connection that asks for nothing', () => raw()],
  ])('does not wait for %s', async (_what, open) => {
    const socket = await open();
    await sendMessage(app.url, 'a');
    await Promise.all([once(socket, 'close'), app.close()]);
    app = await startApp();
  });

  it('completes although connections are reset during it', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 20 }, () =>
        raw(
          'POST /messages HTTP/1.1',
          'Host: localhost',
          'Content-Length: 9',
          'Content-Type: application/json',
        ),
      ),
    );
    await sendMessage(app.url, 'a');
    const closed = app.close();
    sockets.forEach((socket) => socket.resetAndDestroy());
    await closed;
    app = await startApp();
  });
});
