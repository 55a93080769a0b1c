import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type RunningApp, startApp } from '../../support/app';
import { sseEvents, take } from '../../support/events';
import { readPage, sendMessage } from '../../support/http';
import { dial, waitForClose } from '../../support/raw';
import { connect } from '../../support/socket';
import { openPeer } from '../../support/ws';

/** The streams over HTTP: URL, Accept header, and heartbeat. */
const STREAMS: [name: string, path: string, accept: string, idle: RegExp, end: RegExp][] = [
  ['SSE', '/sse?last=1', '*/*', /^:\n\n$/, /^(:\n\n)+$/],
  [
    'plain text',
    '/r/lobby?follow',
    'text/plain',
    /^\n$/,
    /^\n+ \* This stream has lasted for 15 minutes\. Go on with \?follow&after=\w+:1:[0-9a-f]{12}\n$/,
  ],
  [
    'NDJSON',
    '/r/lobby?follow',
    'application/x-ndjson',
    /^{"type":"keep_alive","cursor":"\w+:1:[0-9a-f]{12}"}\n$/,
    /^({"type":"keep_alive","cursor":"\w+:1:[0-9a-f]{12}"}\n)+$/,
  ],
];

let app: RunningApp;
afterEach(() => app.close());

describe.each(STREAMS)('a quiet stream of %s', (_name, path, accept, idle, end) => {
  let socket: Socket;
  let text: string;
  const until = async (enough: () => boolean): Promise<void> => {
    while (!enough()) await once(socket, 'data');
  };
  /** Returns the text received after an offset, without presence events. */
  const since = (length: number): string => text.slice(length).replace(/event: presence\n.*\n\n/g, '');

  async function open(): Promise<void> {
    app = await startApp();
    await sendMessage(app.url, 'before');
    text = '';
    socket = await dial(app.url, `GET ${path} HTTP/1.1`, 'Host: localhost', `Accept: ${accept}`);
    socket.on('data', (chunk) => (text += String(chunk)));
    await until(() => text.includes('before') && text.endsWith('\n'));
    // Once another request is answered, the stream is waiting for entries.
    await sendMessage(app.url, 'elsewhere', { room: 'other' });
  }
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
    socket.destroy();
  });

  /** Lets 15 s pass, and the database answer each check of it: it must do so within 2 s. */
  async function passQuietly(): Promise<void> {
    for (let second = 1; second <= 15; second += 1) {
      jest.advanceTimersByTime(1_000);
      // Writes are answered in order.
      await sendMessage(app.url, 'elsewhere', { room: 'other' });
    }
  }

  it('sends something every 15 s, so that proxies keep it open, and ends after 15 minutes', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
    await open();
    for (let i = 0; i < 4; i += 1) {
      const before = text.length;
      await passQuietly();
      await until(() => idle.test(since(before)));
    }
    const before = text.length;
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + 15 * 60_000);
    await passQuietly();
    await waitForClose(socket);
    expect(since(before)).toMatch(end);
  });

  it('is closed when its client disconnects', async () => {
    await open();
    const other = sseEvents(`${app.url}/sse`);
    let counted = (await other.next()).value as { data: { count?: number } };
    while (counted.data.count !== 2) counted = (await other.next()).value as typeof counted;
    socket.resetAndDestroy();
    while (counted.data.count !== 1) counted = (await other.next()).value as typeof counted;
    await other.return();
  });
});

describe('a reader without a cursor', () => {
  beforeEach(async () => (app = await startApp()));

  it('gets the cursor where reading begins first, on every stream, and misses nothing after it', async () => {
    await sendMessage(app.url, 'before', { room: 'bots' });
    const { cursor } = await readPage(app.url, { room: 'bots' });
    const start = { type: 'start', room: 'bots', cursor };

    for (const transports of [['websocket'], ['polling']]) {
      const client = await connect(app.url, { transports, auth: { room: 'bots' } });
      expect(await client.next('start')).toEqual(start);
      expect(client.received[0]!.event).toBe('start');
      client.socket.disconnect();
    }
    const peer = await openPeer(app.url, '/ws?room=bots', 'json');
    expect(await peer.next(() => true)).toEqual(start);
    peer.socket.terminate();
    const [event] = await take(sseEvents(`${app.url}/sse?room=bots`), 1);
    expect(event).toEqual({ type: 'start', id: cursor, data: start });
    const controller = new AbortController();
    const lines = await fetch(`${app.url}/r/bots?follow&last=0`, {
      headers: { Accept: 'application/x-ndjson' },
      signal: controller.signal,
    });
    const { value } = await lines.body!.getReader().read();
    expect(Buffer.from(value!).toString()).toBe(`${JSON.stringify(start)}\n`);
    controller.abort();

    const sent = await sendMessage(app.url, 'meanwhile', { room: 'bots' });
    expect((await readPage(app.url, { room: 'bots', after: cursor })).messages).toEqual([sent]);
  });
});
