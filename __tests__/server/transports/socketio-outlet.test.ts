import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import type { AddressLimits } from '../../../server/access/address-limits';
import type { Page } from '../../../server/log/page';
import { BoundedWebSocketServer } from '../../../server/transports/bounded-websocket';
import { EngineConnection } from '../../../server/transports/engine-connection';
import { SocketIoOutlet } from '../../../server/transports/socketio-outlet';
import type { Entry, Ephemeral } from '../../../server/wire';
import { disconnect, openClient } from '../../support/socket';

let http: HttpServer;
let io: Server;
let url: string;

beforeEach(async () => {
  http = createServer();
  io = new Server(http, { wsEngine: BoundedWebSocketServer });
  io.engine.on('connection', (socket: Socket['conn']) => new EngineConnection(socket, {} as AddressLimits));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `http://localhost:${(http.address() as AddressInfo).port}`;
});
afterEach(() => io.close());

const pageOf = (...seqs: number[]): Page => ({
  type: 'page',
  entries: seqs.map((seq) => ({ type: 'new_message', seq, message: 'Hello' }) as Entry),
  cursor: 'a:1',
  earliest: 'a:0',
  more: false,
  at: 0,
});

async function connect(transport: string) {
  const client = openClient(url, { transports: [transport], upgrade: false });
  const [socket] = (await once(io, 'connection')) as [Socket];
  // By then the packet that connects has been sent.
  client.socket.emit('hello');
  await once(socket, 'hello');
  return { client, socket, outlet: new SocketIoOutlet(socket) };
}

const seqs = (client: ReturnType<typeof openClient>): unknown[] =>
  client.received.map(({ payload }) => payload.seq);

describe.each(['websocket', 'polling'])('an outlet over %s', (transport) => {
  it('sends each entry of a page as an event, in order with what is emitted beside it', async () => {
    const { client, socket, outlet } = await connect(transport);
    void outlet.write(pageOf(1, 2));
    socket.emit('other', { seq: 3 });
    void outlet.write(pageOf(4));
    outlet.notify({ type: 'typing', seq: 5 } as unknown as Ephemeral);
    await client.next('typing');
    expect(seqs(client)).toEqual([1, 2, 3, 4, 5]);
    await disconnect(client.socket);
  });

  it('waits for the connection while packets wait in it', async () => {
    const { client, socket, outlet } = await connect(transport);
    const connection = EngineConnection.of(socket.conn);
    // The connection takes only the first at once.
    for (const seq of [1, 2]) socket.emit('other', { seq });
    expect(connection.queuedPackets).toBeGreaterThanOrEqual(1);
    const taking = outlet.write(pageOf(3, 4));
    expect(taking).toBeInstanceOf(Promise);
    expect(await taking).toBe(true);
    expect(connection.queuedPackets).toBe(0);
    await client.next('new_message', ({ seq }) => seq === 4);
    expect(seqs(client)).toEqual([1, 2, 3, 4]);
    await disconnect(client.socket);
  });

  it('drops ephemeral events while 64 packets wait', async () => {
    const { client, socket, outlet } = await connect(transport);
    for (const seq of [1, 2]) socket.emit('other', { seq });
    for (let seq = 3; seq <= 100; seq += 1) outlet.notify({ type: 'typing', seq } as unknown as Ephemeral);
    socket.emit('last', {});
    await client.next('last');
    expect(client.received.length).toBeGreaterThan(64);
    expect(client.received.length).toBeLessThan(70);
    await disconnect(client.socket);
  });
});

describe('an outlet during the upgrade from polling to WebSocket', () => {
  it('sends all entries in order', async () => {
    const client = openClient(url, { transports: ['polling', 'websocket'] });
    const [socket] = (await once(io, 'connection')) as [Socket];
    const outlet = new SocketIoOutlet(socket);
    let upgradedAt = Infinity;
    let seq = 0;
    socket.conn.once('upgrade', () => (upgradedAt = seq));
    while (seq < upgradedAt + 100) {
      seq += 1;
      // As a follower does, each step waits for the last one.
      await outlet.write(pageOf(seq));
      await new Promise(setImmediate);
    }
    await client.next('new_message', (entry) => entry.seq === seq);
    expect(seqs(client)).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
    expect(socket.conn.transport.name).toBe('websocket');
    await disconnect(client.socket);
  });
});
