import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BoundedWebSocketServer, type BoundedWebSocket } from '../../../server/transports/bounded-websocket';
import { textFrames } from '../../../server/transports/text-frames';
import { dialWebSocket, frame, waitForClose } from '../../support/raw';
import { openPeer } from '../../support/ws';

let http: HttpServer;
let server: BoundedWebSocketServer;
let url: string;

beforeEach(async () => {
  http = createServer();
  server = new BoundedWebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) =>
    server.handleUpgrade(request, socket, head, (peer) => server.emit('connection', peer, request)),
  );
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `http://localhost:${(http.address() as AddressInfo).port}`;
});
afterEach(() => {
  http.close();
  http.closeAllConnections();
});

const flood = (count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => frame('text', 'x')));

describe('text frames', () => {
  it('are decoded as they were encoded, in each of the three length formats', async () => {
    const texts = ['', 'é', ...[125, 126, 65_535, 65_536, 70_000].map((length) => 'x'.repeat(length))];
    const connected = once(server, 'connection');
    const client = await openPeer(url, '/');
    const [peer] = (await connected) as [BoundedWebSocket];
    peer.connection.write(textFrames(texts));
    expect(await client.waitForLines(texts.length)).toEqual(texts);
    client.socket.terminate();
    await once(peer, 'close');
  });
});

describe('a peer that sends very many frames at once', () => {
  it('has only one handled per turn of the event loop after the first 64', async () => {
    const connected = once(server, 'connection');
    const client = await dialWebSocket(url, '/');
    const [peer] = (await connected) as [BoundedWebSocket];
    let [all, inTurn, most] = [0, 0, 0];
    const done = new Promise<void>((resolve) => {
      peer.on('message', () => {
        if (inTurn === 0) setImmediate(() => (inTurn = 0));
        inTurn += 1;
        most = Math.max(most, inTurn);
        if ((all += 1) === 1_000) resolve();
      });
    });
    client.write(flood(1_000));
    await done;
    expect(most).toBeLessThanOrEqual(65);
    client.destroy();
  });

  it('has no more handled after it is closed, and receives the reason', async () => {
    const connected = once(server, 'connection');
    const client = await dialWebSocket(url, '/');
    const [peer] = (await connected) as [BoundedWebSocket];
    let handled = 0;
    peer.on('message', () => {
      handled += 1;
      if (handled === 10) peer.close(1008, 'That is enough.');
    });
    let answer = '';
    client.on('data', (chunk) => (answer += String(chunk)));
    client.write(flood(100_000));
    await waitForClose(client);
    expect(handled).toBe(10);
    expect(answer).toContain('That is enough.');
  });
});
