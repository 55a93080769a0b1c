import { type RunningApp, startApp } from '../../support/app';
import { errorOf } from '../../support/error';
import { postJson, readAll, sendMessage } from '../../support/http';
import { type Reader, READERS } from '../../support/readers';
import { severable, type SeverableStores } from '../../support/severed-stores';
import { connect, openClient } from '../../support/socket';
import { type Writer, WRITERS } from '../../support/writers';
import { openPeer } from '../../support/ws';
import { waitUntilEqual } from '../../support/wait';

const UNAVAILABLE = { ...errorOf('unavailable'), retryAfter: 2 };

let app: RunningApp;
let severing: SeverableStores;
let open: (Reader | Writer)[];
beforeEach(async () => {
  open = [];
  app = await startApp({}, { wrap: (stores) => (severing = severable(stores)).stores });
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(async () => {
  severing.restore();
  open.forEach((one) => one.close());
  await app.close();
  jest.restoreAllMocks();
});

const readiness = async (): Promise<number> => (await fetch(`${app.url}/readyz`)).status;
const liveness = async (): Promise<number> => (await fetch(`${app.url}/livez`)).status;

describe('a node that can’t reach its database', () => {
  it.each(['refuse', 'hang'] as const)(
    'is live but not ready while calls %s, and recovers by itself',
    async (manner) => {
      expect(await readiness()).toBe(200);
      severing.sever(manner);
      await waitUntilEqual(readiness, 503);
      expect(await liveness()).toBe(200);
      severing.restore();
      await waitUntilEqual(readiness, 200);
    },
  );

  it.each(Object.keys(WRITERS))('acknowledges nothing over %s, and says when to try again', async (name) => {
    const writer = await WRITERS[name]!(app.url);
    open.push(writer);
    severing.sever('refuse');
    const draft = { id: crypto.randomUUID(), room: 'lobby', message: 'once' };
    expect(await writer.write(draft)).toEqual(UNAVAILABLE);
    severing.restore();
    const stored = await writer.write(draft);
    expect(await readAll(app.url)).toEqual([stored]);
  });

  it('answers 503 with Retry-After on every route that reads or writes, and to every handshake', async () => {
    const guest = (await fetch(app.url)).headers.getSetCookie()[0]!.split(';')[0]!;
    severing.sever('refuse');
    for (const path of [
      '/',
      '/messages',
      '/subscribe',
      '/sse',
      '/r/lobby',
      '/r/lobby?follow',
      '/contacts',
      '/account',
    ])
      for (const headers of [{ Accept: 'application/json' }, { Accept: 'application/json', Cookie: guest }]) {
        const answer = await fetch(app.url + path, { headers });
        expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 503, '2']);
        expect(await answer.json()).toEqual(UNAVAILABLE);
      }
    for (const [path, body] of [
      ['/messages', { message: 'x' }],
      ['/username', { username: 'Masha' }],
      ['/contacts', { name: 'Masha', phone: '+79123456789' }],
      ['/sessions', { username: 'Masha', password: 'a password' }],
    ] as const) {
      const { status, headers } = await postJson(app.url + path, body, { Cookie: guest });
      expect([path, status, headers.get('retry-after')]).toEqual([path, 503, '2']);
    }
    await expect(openPeer(app.url, '/ws')).rejects.toThrow('503');
  });

  it('closes its connections after 10 s, admits none until the database answers, and then serves them again', async () => {
    const sent = await sendMessage(app.url, 'before');
    const { socket } = await connect(app.url, { reconnection: false });
    const disconnected = new Promise((resolve) => socket.once('disconnect', resolve));
    const peer = await openPeer(app.url, '/ws', 'json');
    const stream = await fetch(`${app.url}/sse`);
    const longPoll = fetch(`${app.url}/subscribe?timeout=60&after=${sent.cursor}`);
    severing.sever('refuse');
    await disconnected;
    expect(await peer.closed).toEqual({ code: 1013, reason: 'This server is not ready. Try again.' });
    await stream.text();
    expect((await longPoll).status).toBe(503);
    for (const path of ['/sse', '/socket.io/?EIO=4&transport=polling']) {
      const refused = await fetch(app.url + path);
      expect([path, refused.status, refused.headers.get('retry-after')]).toEqual([path, 503, '2']);
    }
    severing.restore();
    await waitUntilEqual(readiness, 200);
    const reader = await READERS.SSE!(app.url, { room: 'lobby', after: sent.cursor });
    open.push(reader);
    const after = await sendMessage(app.url, 'after');
    expect(await reader.next()).toEqual(after);
  });

  it.each(['websocket', 'polling'])(
    'is found again by a stock Socket.IO client over %s, whose handshakes it could not accept',
    async (transport) => {
      severing.sever('refuse');
      const { socket } = openClient(app.url, { transports: [transport] });
      await new Promise((resolve) => socket.io.engine.once('close', resolve));
      severing.restore();
      await new Promise<void>((resolve) => socket.once('connect', resolve));
      socket.disconnect();
    },
  );

  it('keeps its connections during a short outage', async () => {
    const client = await connect(app.url, { reconnection: false });
    severing.sever('hang');
    await waitUntilEqual(readiness, 503);
    severing.restore();
    await waitUntilEqual(readiness, 200);
    await sendMessage(app.url, 'after');
    await client.next('new_message');
    client.socket.disconnect();
  });
});
