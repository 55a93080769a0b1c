import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Log } from '../../../server/log/log';
import type { Stores } from '../../../server/stores/open';
import { type RunningApp, startApp } from '../../support/app';
import { TestVisitor } from '../../support/test-visitor';
import { waitUntilEqual } from '../../support/wait';
import { connect } from '../../support/socket';
import { openPeer } from '../../support/ws';

const MAX_CONNECTIONS = 2;

let app: RunningApp;
/** Close the connections that a test has opened. */
let closing: (() => unknown)[];
beforeEach(async () => {
  closing = [];
  app = await startApp({ LIMITS: 'on', LIMIT_CONNECTIONS: String(MAX_CONNECTIONS) });
});
afterEach(async () => {
  jest.restoreAllMocks();
  closing.forEach((close) => close());
  await app.close();
});

/** Opens a connection. Returns whether it was accepted. */
type Open = (headers: Record<string, string>) => Promise<boolean>;

const http =
  (path: string, accept = '*/*'): Open =>
  async (headers) => {
    const controller = new AbortController();
    closing.push(() => controller.abort());
    // The response may be a stream, so only its head is read.
    const answer = await fetch(app.url + path, {
      headers: { Accept: accept, ...headers },
      signal: controller.signal,
    });
    return answer.status === 200;
  };

const socketIo =
  (transport: string): Open =>
  (extraHeaders) =>
    connect(app.url, { extraHeaders, transports: [transport], reconnection: false }).then(
      ({ socket }) => closing.push(() => socket.disconnect()) > 0,
      () => false,
    );

const webSocket =
  (path: string): Open =>
  (headers) =>
    openPeer(app.url, path, undefined, undefined, headers).then(
      ({ socket }) => closing.push(() => socket.terminate()) > 0,
      () => false,
    );

const OPENERS: Record<string, Open> = {
  'Socket.IO over WebSocket': socketIo('websocket'),
  'Socket.IO over polling': socketIo('polling'),
  '/ws': webSocket('/ws'),
  '/ws/echo': webSocket('/ws/echo'),
  SSE: http('/sse'),
  NDJSON: http('/r/lobby?follow', 'application/x-ndjson'),
};

describe.each(Object.entries(OPENERS))('connections over %s', (_transport, open) => {
  it('opened in parallel never exceed the limit', async () => {
    const { headers } = await TestVisitor.createGuest(app.url);
    // With a slow store, all of them are opening before the first one is open.
    const start = Reflect.get(Log.prototype, 'start');
    jest.spyOn(Log.prototype, 'start').mockImplementation(async function (this: Log, ...reading) {
      await pause(100);
      return start.apply(this, reading);
    });
    const all = await Promise.all(Array.from({ length: 8 }, () => open(headers)));
    expect(all.filter(Boolean)).toHaveLength(MAX_CONNECTIONS);
  });

  it('are not counted after they were refused or closed', async () => {
    const { headers } = await TestVisitor.createGuest(app.url);
    for (let i = 0; i < 3 * MAX_CONNECTIONS; i += 1) {
      // A malformed cursor is refused after access was granted.
      const refused = await Promise.all([
        fetch(`${app.url}/sse?after=nowhere`, { headers }),
        openPeer(app.url, '/ws?after=nowhere', undefined, undefined, headers).catch(() => undefined),
        connect(app.url, { extraHeaders: headers, auth: { after: 'nowhere' }, reconnection: false }).catch(
          () => undefined,
        ),
      ]);
      expect(refused[0].status).toBe(400);
    }
    while (!(await open(headers))) await new Promise((resolve) => setImmediate(resolve));
    closing.splice(0).forEach((close) => close());
    while (!(await open(headers))) await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('the check of a connection that has just been opened', () => {
  it('is done before the stores are closed', async () => {
    let stores: Stores | undefined;
    const other = await startApp({}, { wrap: (opened) => (stores = opened) });
    const { moderation } = stores!;
    const bannedUntil = moderation.bannedUntil.bind(moderation);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const reads = jest.spyOn(moderation, 'bannedUntil');
    // The first read authorizes the connection, the second is that of the check.
    reads.mockImplementationOnce(bannedUntil).mockImplementationOnce(async (address) => {
      await held;
      return bannedUntil(address);
    });
    const { socket } = await connect(other.url);
    await waitUntilEqual(async () => reads.mock.calls.length, 2);
    const close = jest.spyOn(stores!, 'close');
    const closed = other.close();
    if (other.server.listening) await once(other.server, 'close');
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    expect(close).not.toHaveBeenCalled();
    release();
    await closed;
    expect(close).toHaveBeenCalled();
    socket.disconnect();
  });
});
