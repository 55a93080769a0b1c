import { randomUUID } from 'node:crypto';
import { type RunningApp, startApp } from '../support/app';
import { createPlace } from '../support/places';
import { sseEvents, take } from '../support/events';
import { sendMessage } from '../support/http';
import { TestVisitor } from '../support/test-visitor';
import { sendRaw, UPGRADE } from '../support/raw';
import { connect, disconnect, openClient } from '../support/socket';
import { openPeer } from '../support/ws';

let app: RunningApp;
afterEach(() => app.close());

/** The headers that a trusted proxy adds to a request from an address. */
const from = (address: string): Record<string, string> => ({ 'X-Forwarded-For': address });
const PROXY = { LIMITS: 'on', TRUST_PROXY: '127.0.0.1' };
const [GREEDY, OTHER] = [from('203.0.113.7'), from('203.0.113.8')];
const get = (path: string, headers: Record<string, string>) => fetch(app.url + path, { headers });

describe('the rate limit of reads', () => {
  it('refuses a visitor above it with 429 and Retry-After, but no others of the address', async () => {
    const database = await createPlace();
    app = await startApp({}, { database });
    for (let i = 0; i < 10; i += 1)
      await Promise.all(Array.from({ length: 50 }, () => sendMessage(app.url, 'hello')));
    await app.close();
    app = await startApp({ LIMITS: 'on', LIMIT_READS: '10/60' }, { database });
    const greedy = await TestVisitor.createGuest(app.url);
    // A poll without new messages is one read.
    const { body } = await greedy.request('GET', '/messages?last=0&limit=500');
    expect((await greedy.request('GET', `/messages?limit=500&after=${String(body.cursor)}`)).status).toBe(
      200,
    );
    // A response with 500 messages is ten reads.
    expect((await greedy.request('GET', '/messages?limit=500')).status).toBe(200);
    const refused = await greedy.request('GET', '/messages');
    expect(refused.body).toMatchObject({
      status: 429,
      retryAfter: Number(refused.headers.get('Retry-After')),
    });
    expect(refused.body.error).toMatch(/^You are sending too many requests\. Try again in \d+ s\.$/);
    const other = await TestVisitor.createGuest(app.url);
    expect((await other.request('GET', '/messages')).status).toBe(200);
    await app.close();
    await app.close();
    await database.remove();
  });

  it.each([
    ['GET /messages', '/messages'],
    ['the long poll', '/subscribe?timeout=0'],
    ['a room as lines', '/r/lobby'],
    ['the page', '/'],
    ['contacts', '/contacts'],
    ['the account', '/account'],
    ['SSE', '/sse'],
    ['Socket.IO over polling', '/socket.io/?EIO=4&transport=polling'],
  ])(
    'is shared by an address on %s with all other transports, and does not affect other addresses',
    async (_way, path) => {
      app = await startApp({ ...PROXY, LIMIT_READS: '1/60' });
      for (let i = 0; i < 10; i += 1) expect((await get('/messages', GREEDY)).status).toBe(200);
      const refused = await get(path, GREEDY);
      expect(refused.status).toBe(429);
      expect(await refused.json()).toMatchObject({ status: 429, retryAfter: expect.any(Number) as number });
      await expect(openPeer(app.url, '/ws', 'json', undefined, GREEDY)).rejects.toThrow('429');
      await expect(connect(app.url, { extraHeaders: GREEDY, reconnection: false })).rejects.toThrow();
      expect((await get('/messages', OTHER)).status).toBe(200);
    },
  );

  it('includes joins and typing, over every transport', async () => {
    app = await startApp({ ...PROXY, LIMIT_READS: '3/60' });
    const peer = await openPeer(app.url, '/ws', 'json', undefined, GREEDY);
    const { socket } = await connect(app.url, { extraHeaders: OTHER });
    for (let i = 0; i < 4; i += 1) {
      peer.send({ type: 'join', id: i });
      const answer = (await socket.emitWithAck(i % 2 ? 'join' : 'typing', {})) as object;
      if (i < 3) expect(answer).not.toHaveProperty('error');
      else expect(answer).toMatchObject({ status: 429, retryAfter: expect.any(Number) as number });
    }
    expect(await peer.next(({ type }) => type === 'error')).toMatchObject({ id: 3, status: 429 });
    socket.disconnect();
    peer.socket.terminate();
  });
});

describe('a request with HEAD', () => {
  it('is charged as a read of its visitor', async () => {
    app = await startApp({ LIMITS: 'on', LIMIT_READS: '5/60' });
    const reader = await TestVisitor.createGuest(app.url);
    for (let i = 0; i < 5; i += 1) expect((await reader.request('HEAD', '/messages')).status).toBe(200);
    expect((await reader.request('GET', '/messages')).status).toBe(429);
  });
});

describe('the size of what a client sends', () => {
  const large = 'x'.repeat(60_000);

  it('is charged as reads over HTTP, chunked or not', async () => {
    // Sixteen reads are 64 KB; the address may have ten times as many.
    app = await startApp({ ...PROXY, LIMIT_READS: '16/60', LIMIT_REFUSALS: '1000/60' });
    const post = (headers: Record<string, string>, body: string | ReadableStream) =>
      fetch(`${app.url}/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body,
        ...(typeof body === 'string' ? {} : { duplex: 'half' }),
      }).then(({ status }) => status);
    const chunked = () => new Blob(['{"message":"hello"}']).stream();
    for (let i = 0; i < 10; i += 1)
      expect(await post(GREEDY, i % 2 ? chunked() : JSON.stringify({ filler: large }))).not.toBe(429);
    expect(await post(GREEDY, '{"message":"hello"}')).toBe(429);
    for (let i = 0; i < 20; i += 1) expect(await post(OTHER, '{"message":"hello"}')).toBe(201);
  });

  it.each(['/ws', 'Socket.IO'])(
    'is charged as reads on %s, and closes the connection when they are used up, and no other',
    async (way) => {
      app = await startApp({ ...PROXY, LIMIT_READS: '30/60' });
      const other = await openPeer(app.url, '/ws', 'json', undefined, OTHER);
      if (way === '/ws') {
        const peer = await openPeer(app.url, '/ws', 'json', undefined, GREEDY);
        // Two of them are 28 reads, and two for the requests. Others are refused until the limit is exceeded twice over.
        for (const id of [0, 1]) {
          peer.send({ type: 'typing', id, large });
          await peer.next((frame) => frame.type === 'ack' && frame.id === id);
        }
        for (let id = 2; id < 6; id += 1) peer.send({ type: 'typing', id, large });
        expect(await peer.closed).toMatchObject({ code: 1008 });
        expect(peer.frames.filter(({ type }) => type === 'ack').map(({ id }) => id)).toEqual([0, 1]);
      } else {
        const { socket } = await connect(app.url, { extraHeaders: GREEDY, reconnection: false });
        const disconnected = new Promise((resolve) => socket.once('disconnect', resolve));
        expect(await socket.emitWithAck('typing', { large })).not.toHaveProperty('error');
        expect(await socket.emitWithAck('typing', { large })).not.toHaveProperty('error');
        for (let i = 0; i < 4; i += 1) socket.emit('typing', { large });
        await disconnected;
      }
      other.send({ type: 'new_message', message: 'still there' });
      await other.next(({ message }) => message === 'still there');
      other.socket.terminate();
    },
  );
});

describe('a repeated request', () => {
  it.each(['/ws', 'Socket.IO'])('is charged a read for a deletion over %s', async (way) => {
    app = await startApp({ LIMITS: 'on', LIMIT_READS: '3/60' });
    const request = await openRequester(way);
    const id = randomUUID();
    await request('new_message', { id, message: 'hello' });
    for (let i = 0; i < 3; i += 1)
      expect(await request('delete_message', { id })).not.toHaveProperty('error');
    expect(await request('delete_message', { id })).toMatchObject({ status: 429 });
  });

  it.each(['/ws', 'Socket.IO'])(
    'counts as a refusal over %s for a message that is sent again when the limit of messages is used up',
    async (way) => {
      app = await startApp({ LIMITS: 'on', LIMIT_MESSAGES: '1/60', LIMIT_REFUSALS: '3/60' });
      const request = await openRequester(way);
      const message = { id: randomUUID(), message: 'hello' };
      for (let i = 0; i < 4; i += 1)
        expect(await request('new_message', message)).not.toHaveProperty('error');
      expect(await request('new_message', message)).toMatchObject({ status: 429 });
    },
  );

  const closing: (() => void)[] = [];
  afterEach(() => closing.splice(0).forEach((close) => close()));

  /** Connects, and returns a function that sends a request and returns its answer. */
  async function openRequester(way: string): Promise<(event: string, payload: object) => Promise<object>> {
    if (way === '/ws') {
      const peer = await openPeer(app.url, '/ws', 'json');
      closing.push(() => peer.socket.terminate());
      return (type, payload) => {
        const { length } = peer.frames;
        peer.send({ type, ...payload });
        return peer.next(
          (frame) => peer.frames.indexOf(frame) >= length && /^(ack|error)$/.test(String(frame.type)),
        );
      };
    }
    const { socket } = await connect(app.url, { reconnection: false });
    closing.push(() => socket.disconnect());
    return (event, payload) => socket.emitWithAck(event as 'typing', payload) as Promise<object>;
  }
});

describe('a replay of a long history', () => {
  /** In seconds. */
  const WINDOW = 2;
  // Longer than the tail: about five pages of 64 KB.
  const texts = Array.from({ length: 80 }, (_, i) => `${i} ${'x'.repeat(3_900)}`);
  const seqs = (cursors: string[]) => cursors.map((cursor) => Number(cursor.split(':')[1]));

  it.each(['/sse?after=earliest', '/ws', 'Socket.IO', '/r/lobby?follow&after=earliest'])(
    'waits while the reads are used up, and receives all messages: %s',
    async (way) => {
      const database = await createPlace();
      app = await startApp({}, { database });
      for (const text of texts) await sendMessage(app.url, text);
      await app.close();
      app = await startApp({ LIMITS: 'on', LIMIT_READS: `2/${WINDOW}`, TAIL: '1' }, { database });
      const startedAt = performance.now();
      const read = await replay(way, texts.length);
      expect(seqs(read)).toEqual(texts.map((_, i) => i + 1));
      // The four pages after the first are four reads, so the last two are in the second window.
      expect(performance.now() - startedAt).toBeGreaterThan((WINDOW * 1_000) / 2);
      await app.close();
      await database.remove();
    },
  );

  /** Reads messages from the earliest on. @returns their cursors. */
  async function replay(way: string, count: number): Promise<string[]> {
    const cursors: string[] = [];
    if (way === '/ws') {
      const peer = await openPeer(app.url, '/ws?after=earliest', 'json');
      const isMessage = ({ type }: Record<string, unknown>) => type === 'new_message';
      await peer.next(({ seq }) => seq === count);
      cursors.push(...peer.frames.filter(isMessage).map(({ cursor }) => String(cursor)));
      peer.socket.terminate();
    } else if (way === 'Socket.IO') {
      const { socket } = openClient(app.url, { auth: { after: 'earliest' } });
      await new Promise<void>((resolve) => {
        socket.on('new_message', ({ cursor }: { cursor: string }) => {
          if (cursors.push(cursor) === count) resolve();
        });
      });
      await disconnect(socket);
    } else if (way.startsWith('/sse')) {
      const messages = await take(sseEvents(app.url + way), count, ({ type }) => type === 'new_message');
      cursors.push(...messages.map(({ id }) => id));
    } else {
      const { body } = await fetch(app.url + way, { headers: { Accept: 'application/x-ndjson' } });
      let text = '';
      for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        cursors.length = 0;
        for (const [, cursor] of text.matchAll(/"type":"new_message".*?"cursor":"([^"]+)".*?\n/g))
          cursors.push(cursor!);
        if (cursors.length >= count) break;
      }
    }
    return cursors;
  }
});

describe('the rate limit of refusals', () => {
  it('includes malformed requests, and upgrades to unknown paths', async () => {
    app = await startApp({ LIMITS: 'on', LIMIT_REFUSALS: '1/60' });
    const wrong = [
      ['NO HTTP'],
      ['GET /messages HTTP/1.1', 'Host: ['],
      ['CONNECT example.org:443 HTTP/1.1', 'Host: example.org'],
      ['GET /nothing HTTP/1.1', ...UPGRADE],
    ];
    for (let i = 0; i < 10; i += 1) {
      const { status } = await sendRaw(app.url, ...wrong[i % wrong.length]!, 'Connection: close');
      expect([400, 404, 501]).toContain(status);
    }
    expect((await fetch(`${app.url}/messages`)).status).toBe(429);
    expect((await sendRaw(app.url, ...wrong[3]!)).status).toBe(429);
    // Above it, malformed requests get no answer.
    expect(await sendRaw(app.url, 'NO HTTP')).toEqual({ status: NaN, text: '' });
  });

  it('does not count malformed requests through a proxy', async () => {
    app = await startApp({ ...PROXY, LIMIT_REFUSALS: '1/60' });
    for (let i = 0; i < 15; i += 1) expect((await sendRaw(app.url, 'NO HTTP')).status).toBe(400);
  });

  it('includes all refusals over HTTP; above it, the address is refused until the window ends, and no other', async () => {
    app = await startApp({ ...PROXY, LIMIT_REFUSALS: '1/60' });
    const post = (path: string, body: string) =>
      fetch(app.url + path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...GREEDY },
        body,
      });
    const wrong = [
      () => post('/messages', '{'),
      () => post('/messages', '{"message":""}'),
      () => post('/username', '{"username":"admin"}'),
      () => get('/nothing', GREEDY),
      () => get('/static/nothing', GREEDY),
      () => get('/messages?room=Big%20Room', GREEDY),
    ];
    for (let i = 0; i < 10; i += 1) {
      const { status } = await wrong[i % wrong.length]!();
      expect([400, 404]).toContain(status);
    }
    const refused = await get('/messages', GREEDY);
    expect(await refused.json()).toMatchObject({ status: 429, retryAfter: expect.any(Number) as number });
    expect((await get('/messages', OTHER)).status).toBe(200);
  });

  it.each(['json', 'text'])(
    'closes a connection to /ws (%s) that continues above it, and no other',
    async (protocol) => {
      app = await startApp({ ...PROXY, LIMIT_REFUSALS: '5/60' });
      const other = await openPeer(app.url, '/ws', 'json', undefined, OTHER);
      const peer = await openPeer(app.url, '/ws', protocol, undefined, GREEDY);
      for (let i = 0; i < 100; i += 1) peer.send(protocol === 'json' ? 'not JSON' : ' ');
      expect(await peer.closed).toMatchObject({ code: 1008 });
      other.send({ type: 'new_message', message: 'still there' });
      await other.next(({ message }) => message === 'still there');
      other.socket.terminate();
    },
  );

  it('closes a Socket.IO connection that continues above it, after refusing its requests', async () => {
    app = await startApp({ ...PROXY, LIMIT_REFUSALS: '5/60' });
    const { socket } = await connect(app.url, { extraHeaders: GREEDY, reconnection: false });
    const disconnected = new Promise((resolve) => socket.once('disconnect', resolve));
    for (let i = 0; i < 5; i += 1) {
      expect(await socket.emitWithAck('change_username', { username: 'admin' })).toMatchObject({
        status: 400,
      });
    }
    expect(await socket.emitWithAck('new_message', { message: 'good' })).toMatchObject({
      status: 429,
      error: expect.stringMatching(/^Too many of your requests were refused\./) as string,
    });
    for (let i = 0; i < 100; i += 1) socket.emit('new_message', { message: 'too many' });
    await disconnected;
  });
});
