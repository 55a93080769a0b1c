import type { Socket } from 'node:net';
import { type RunningApp, startApp } from '../support/app';
import { fillRoom } from '../support/fill-room';
import { createPlace, type Place } from '../support/places';
import { openPollingSession, readAll, sendMessage } from '../support/http';
import { memoryOf } from '../support/memory';
import { type ServerProcess, startProcess } from '../support/process';
import { dialWebSocket, frame, writeUntilClosed } from '../support/raw';
import { connect } from '../support/socket';
import { openPeer } from '../support/ws';

/** How much the server may grow by one peer, in MB, before garbage is collected. Without bounds, it grows by hundreds. */
const MAX_GROWTH_MB = 64;
/** How many messages the room has: more than the kernel's buffers of a connection hold. */
const MESSAGES = 1_200;

/** Makes each request nearly as large as a frame may be. */
const PAD = 'x'.repeat(60_000);
const REQUESTS: Record<string, object> = {
  join: { room: 'full', after: 'earliest', PAD },
  new_message: { room: 'elsewhere', message: 'x', PAD },
  change_username: { username: 'Masha', PAD },
  typing: { PAD },
};

interface Transport {
  path: string;
  headers: string[];
  /** Enters the room. */
  greeting: string;
  packet: (event: string, payload: object) => string;
}

const TRANSPORTS: Record<string, Transport> = {
  '/ws': {
    path: '/ws?room=full&after=earliest',
    headers: ['Sec-WebSocket-Protocol: json'],
    greeting: '{"type":"join","room":"full","after":"earliest"}',
    packet: (type, payload) => JSON.stringify({ type, ...payload }),
  },
  'Socket.IO': {
    path: '/socket.io/?EIO=4&transport=websocket',
    headers: [],
    greeting: '40{"room":"full","after":"earliest"}',
    packet: (event, payload) => `421${JSON.stringify([event, payload])}`,
  },
};

describe.each(Object.keys(TRANSPORTS))('a reader that has stopped reading on %s', (name) => {
  const { path, headers, greeting, packet } = TRANSPORTS[name]!;
  let place: Place;
  let server: ServerProcess;

  beforeAll(async () => {
    place = await createPlace();
    server = await startProcess({
      ...place.settings,
      NODE_OPTIONS: '--max-old-space-size=96',
    });
    await fillRoom(server.url, 'full', MESSAGES, () => '☃'.repeat(4_000));
  });
  // The first attack warms up the heap, so that the growth by the others is comparable.
  beforeAll(() => attack('join'));
  afterAll(async () => {
    await server.end('SIGTERM');
    await place.remove();
  });

  async function attack(event: string): Promise<void> {
    const socket = await dialWebSocket(server.url, path, ...headers);
    socket.pause();
    socket.write(frame('text', greeting));
    await writeUntilClosed(socket, frame('text', packet(event, REQUESTS[event]!)));
  }

  it.each(Object.keys(REQUESTS))(
    'is disconnected when it keeps sending %s, within bounded memory',
    async (event) => {
      const before = memoryOf(server.child);
      await attack(event);
      expect(memoryOf(server.child) - before).toBeLessThan(MAX_GROWTH_MB);
      await sendMessage(server.url, 'still there');
    },
  );
});

describe('requests that arrive together', () => {
  let app: RunningApp;
  beforeEach(async () => (app = await startApp()));
  afterEach(() => app.close());

  it('are handled in order: a message goes to the room that was joined before it', async () => {
    const peer = await openPeer(app.url, '/ws', 'json');
    const { socket } = await connect(app.url);
    for (let i = 0; i < 20; i += 1) {
      const room = i % 2 ? 'odd' : 'even';
      peer.send({ type: 'join', room, id: `join ${i}` });
      peer.send({ type: 'new_message', message: `${i} over /ws` });
      socket.emit('join', { room });
      socket.emit('new_message', { message: `${i} over Socket.IO` });
    }
    await peer.next(({ type, id }) => type === 'ack' && id === 'join 19');
    await socket.emitWithAck('typing', {});
    expect(await socket.emitWithAck('new_message', { message: 'last' })).toMatchObject({ room: 'odd' });
    await peer.next(({ message }) => message === 'last');
    for (const [room, rest] of [
      ['even', 0],
      ['odd', 1],
    ] as const) {
      const texts = (await readAll(app.url, room)).map(({ message }) => message);
      for (const suffix of ['over /ws', 'over Socket.IO']) {
        const expected = Array.from({ length: 10 }, (_, i) => `${2 * i + rest} ${suffix}`);
        expect(texts.filter((text) => text.endsWith(suffix))).toEqual(expected);
      }
    }
    peer.socket.terminate();
    socket.disconnect();
  });

  it('are all answered if there are 200 of them', async () => {
    const { socket } = await connect(app.url);
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, i) => socket.emitWithAck('new_message', { message: `${i}` })),
    );
    expect(all.map((answer: { message: string }) => answer.message)).toEqual(all.map((_, i) => `${i}`));
    socket.disconnect();
  });

  it('are handled over many turns of the event loop if there are 256 on /ws, so that others are not delayed', async () => {
    const { socket } = await connect(app.url);
    const peer = await openPeer(app.url, '/ws', 'json');
    // One write, so that they arrive together.
    const { _socket: tcp } = peer.socket as unknown as { _socket: Socket };
    const request = (id: number) => frame('text', JSON.stringify({ type: 'join', id }));
    tcp.write(Buffer.concat(Array.from({ length: 256 }, (_, id) => request(id))));
    await peer.next(({ id }) => id === 0);
    expect(await socket.emitWithAck('new_message', { message: 'still there' })).toMatchObject({ seq: 1 });
    await peer.next(({ id }) => id === 255);
    const answers = peer.frames.filter(({ type }) => type === 'ack').map(({ id }) => id);
    expect(answers).toEqual(answers.map((_, i) => i));
    peer.socket.terminate();
    socket.disconnect();
  });

  it('close a session over polling if more than 256 are unanswered', async () => {
    const url = app.url + (await openPollingSession(app.url));
    await fetch(url, { method: 'POST', body: '40' });
    await (await fetch(url)).text();
    const body = Array.from({ length: 4_000 }, () => '42["typing",{}]').join('\u001e');
    await fetch(url, { method: 'POST', body: body.slice(0, body.lastIndexOf('\u001e')) });
    expect((await fetch(url)).status).toBe(400);
  });
});

describe('the id of a frame', () => {
  it('may have at most 100 characters, since it stays in memory until the answer', async () => {
    const app = await startApp();
    const peer = await openPeer(app.url, '/ws', 'json');
    peer.send({ type: 'typing', id: 'x'.repeat(100) });
    expect(await peer.next(({ type }) => type === 'ack')).toMatchObject({ id: 'x'.repeat(100) });
    peer.send({ type: 'typing', id: 'x'.repeat(101) });
    expect(await peer.next(({ type }) => type === 'error')).toEqual({
      type: 'error',
      error: 'The "id" of a frame is over 100 characters.',
      code: 'bad_request',
      status: 400,
    });
    peer.socket.terminate();
    await app.close();
  });
});
