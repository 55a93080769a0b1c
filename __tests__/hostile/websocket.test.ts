import { type RunningApp, startApp } from '../support/app';
import { createPlace, type Place } from '../support/places';
import { sendMessage } from '../support/http';
import { memoryOf } from '../support/memory';
import { type ServerProcess, startProcess } from '../support/process';
import { dialWebSocket, frame, readCloseCode, writeUntilClosed } from '../support/raw';

const SOCKET_IO = '/socket.io/?EIO=4&transport=websocket';

/** How much the server may grow by one peer, in MB, before garbage is collected. */
const MAX_GROWTH_MB = 32;

/** The server's heap is so small that an unbounded flood would exhaust it. */
describe('a peer that floods', () => {
  let place: Place;
  let server: ServerProcess;

  beforeAll(async () => {
    place = await createPlace();
    const env = { ...place.settings, NODE_OPTIONS: '--max-old-space-size=64' };
    server = await startProcess(env);
    for (let i = 0; i < 100; i += 1) await sendMessage(server.url, 'warm');
  });
  afterAll(async () => {
    await server.end('SIGTERM');
    await place.remove();
  });

  /** Runs an attack, and expects the server to survive within bounded memory. */
  async function expectSurvives(attack: () => Promise<unknown>): Promise<void> {
    const before = memoryOf(server.child);
    await attack();
    const after = memoryOf(server.child);
    expect(after - before).toBeLessThan(MAX_GROWTH_MB);
    await sendMessage(server.url, 'still there');
  }

  it.each(['/ws', '/ws/echo', SOCKET_IO])(
    'is closed on %s when it keeps sending pings and never reads, within bounded memory',
    async (path) => {
      const pings = Buffer.concat(Array.from({ length: 500 }, () => frame('ping', 'x'.repeat(125))));
      await expectSurvives(async () => {
        const socket = await dialWebSocket(server.url, path);
        socket.pause();
        await writeUntilClosed(socket, pings);
      });
    },
  );

  it('is closed when it never reads its echoes', async () => {
    const frames = Buffer.concat(Array.from({ length: 50 }, () => frame('text', 'x'.repeat(8_000))));
    await expectSurvives(async () => {
      const socket = await dialWebSocket(server.url, '/ws/echo');
      socket.pause();
      await writeUntilClosed(socket, frames);
    });
  });

  it.each(['/ws', '/ws/echo', SOCKET_IO])(
    'is closed on %s when it sends a message in a million fragments, within bounded memory',
    async (path) => {
      const fragments = Buffer.concat(
        Array.from({ length: 1_000 }, () => frame('continuation', 'x', { final: false })),
      );
      await expectSurvives(async () => {
        const socket = await dialWebSocket(server.url, path);
        const code = readCloseCode(socket);
        socket.write(frame('text', '4', { final: false }));
        for (let i = 0; i < 1_000 && !socket.destroyed; i += 1) socket.write(fragments);
        expect([1008, 1009, undefined]).toContain(await code);
      });
    },
  );

  it.each(['/ws', SOCKET_IO])(
    'takes bounded memory on %s when it announces long frames and never completes them',
    async (path) => {
      await expectSurvives(async () => {
        const sockets = await Promise.all(Array.from({ length: 200 }, () => dialWebSocket(server.url, path)));
        for (const socket of sockets) socket.write(frame('text', 'x'.repeat(60_000), { length: 65_000 }));
        await sendMessage(server.url, 'after them');
        sockets.forEach((socket) => socket.destroy());
      });
    },
  );
});

describe('a frame', () => {
  let app: RunningApp;
  beforeEach(async () => (app = await startApp()));
  afterEach(() => app.close());

  it.each(['/ws', '/ws/echo', SOCKET_IO])(
    'over 64 KB is refused on %s before it arrives: 1009',
    async (path) => {
      const socket = await dialWebSocket(app.url, path);
      const code = readCloseCode(socket);
      socket.write(frame('text', '', { length: 64 * 1024 + 1 }));
      expect(await code).toBe(1009);
    },
  );

  it('of 64 KB is read', async () => {
    const socket = await dialWebSocket(app.url, '/ws/echo');
    let received = 0;
    const echoed = new Promise<void>((resolve) =>
      socket.on('data', (chunk: Buffer) => {
        received += chunk.length;
        if (received >= 64 * 1024) resolve();
      }),
    );
    socket.write(frame('text', 'x'.repeat(64 * 1024)));
    await echoed;
    socket.destroy();
  });

  it.each<[string, Buffer, number]>([
    ['is not masked', Buffer.from([0x81, 0x01, 0x78]), 1002],
    ['has a reserved bit set', Buffer.from([0xf1, 0x80, 0, 0, 0, 0]), 1002],
    ['has an opcode that does not exist', Buffer.from([0x83, 0x80, 0, 0, 0, 0]), 1002],
    ['continues nothing', frame('continuation', 'x'), 1002],
    ['is a ping over 125 bytes', frame('ping', 'x'.repeat(200)), 1002],
    ['is not UTF-8', frame('text', Buffer.from([0xff, 0xfe])), 1007],
    ['closes with a code that does not exist', frame('close', Buffer.from([0, 1])), 1002],
  ])('that %s closes its own connection only', async (_case, bytes, expected) => {
    const socket = await dialWebSocket(app.url, '/ws');
    const code = readCloseCode(socket);
    socket.write(bytes);
    expect(await code).toBe(expected);
    await sendMessage(app.url, 'still there');
  });
});
