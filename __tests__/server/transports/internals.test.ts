import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  queuedPackets,
  settledPeer,
  yieldBetweenFrames,
  textFrames,
  writeFrames,
} from '../../../server/transports/internals';
import { dialWebSocket, frame } from '../../support/raw';
import { open } from '../../support/socket';
import { openPeer } from '../../support/ws';

let http: HttpServer;
let url: string;

beforeEach(async () => {
  http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `http://localhost:${(http.address() as AddressInfo).port}`;
});

describe('what is taken from inside of Socket.IO', () => {
  let io: Server;
  beforeEach(() => (io = new Server(http)));
  afterEach(() => io.close());

  async function connect(...transports: string[]) {
    const client = open(url, { transports });
    const [socket] = (await once(io, 'connection')) as [Socket];
    return { client, socket };
  }

  it('is where it was: events written to the peer arrive as events', async () => {
    const { client, socket } = await connect('websocket');
    // By then the packet that connects has gone.
    client.socket.emit('hello');
    await once(socket, 'hello');
    const peer = settledPeer(socket.conn);
    expect(peer).toBeDefined();
    void writeFrames(peer!, textFrames(['42["a",{"n":1}]', '42["b",{"n":2}]']), () => undefined);
    expect([await client.next('a'), await client.next('b')]).toEqual([{ n: 1 }, { n: 2 }]);
    client.socket.disconnect();
  });

  it('offers no peer where something could be overtaken: over polling, and while a packet waits', async () => {
    const polling = await connect('polling');
    expect(settledPeer(polling.socket.conn)).toBeUndefined();
    const { client, socket } = await connect('websocket');
    socket.emit('first', {});
    socket.emit('second', {});
    expect(queuedPackets(socket.conn)).toBe(1);
    expect(settledPeer(socket.conn)).toBeUndefined();
    await client.next('second');
    [polling.client, client].forEach((one) => one.socket.disconnect());
  });
});

describe('frames', () => {
  it('are read as they were meant, at each form of their length', async () => {
    const texts = ['', 'é', ...[125, 126, 65_535, 65_536, 70_000].map((length) => 'x'.repeat(length))];
    const server = new WebSocketServer({ server: http });
    const connected = once(server, 'connection');
    const client = await openPeer(url, '/');
    const [peer] = (await connected) as [WebSocket];
    void writeFrames(peer, textFrames(texts), () => undefined);
    expect(await client.until(texts.length)).toEqual(texts);
    client.socket.terminate();
    await once(peer, 'close');
    expect(await writeFrames(peer, textFrames(['too late']), () => undefined)).toBe(false);
    server.close();
    http.close();
  });

  it('are handed over one in a turn of the event loop, where very many come at once', async () => {
    const server = new WebSocketServer({ server: http });
    const connected = once(server, 'connection');
    const client = await dialWebSocket(url, '/');
    const [peer] = (await connected) as [WebSocket];
    let [all, inTurn, most] = [0, 0, 0];
    const done = new Promise<void>((resolve) => {
      peer.on('message', () => {
        yieldBetweenFrames(peer);
        if (inTurn === 0) setImmediate(() => (inTurn = 0));
        inTurn += 1;
        most = Math.max(most, inTurn);
        if ((all += 1) === 1_000) resolve();
      });
    });
    client.write(Buffer.concat(Array.from({ length: 1_000 }, () => frame('text', 'x'))));
    await done;
    expect(most).toBeLessThanOrEqual(65);
    client.destroy();
    server.close();
    http.close();
  });
});
