import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { privateName } from '../../server/access/room-access';
import type { Stores } from '../../server/stores/open';
import { type RunningApp, startApp } from '../support/app';
import { connect } from '../support/socket';
import { TestVisitor } from '../support/test-visitor';
import { openPeer } from '../support/ws';
import { CONNECTIONS, expectClosed, type OpenConnection } from './open-connections';

const SECRET = 'a secret';
const NO_SUCH_ROOM = {
  error: 'There is no such room, or you are not a member of it.',
  code: 'not_found',
  status: 404,
};

/** What a client sees of an attempt. */
type Attempt = (visitor: TestVisitor, room: string, message: string) => Promise<unknown>;

/** Sends a request. The answer has its status, all headers but those that differ each time, and its body. */
const http =
  (
    method: string,
    path: (room: string, message: string) => string,
    accept = 'application/json',
    body?: (room: string, message: string) => string,
    type = 'application/json',
  ): Attempt =>
  (visitor, room, message) =>
    new Promise((resolve, reject) => {
      const headers = { Accept: accept, 'Content-Type': type, ...visitor.headers };
      httpRequest(visitor.url + path(room, message), { method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', () => {
          const names = response.rawHeaders.filter((_, i) => i % 2 === 0).join();
          const { 'content-security-policy': policy, ...same } = response.headers;
          delete same.date;
          const isPage = String(same['content-type']).startsWith('text/html');
          const withoutNonce = (value: unknown) =>
            String(value).replace(/nonce-[\w+/=-]+|nonce="[^"]*"/g, '');
          // The tag of a page is that of its nonce.
          if (isPage) delete same.etag;
          resolve({
            status: response.statusCode,
            names,
            headers: { ...same, policy: withoutNonce(policy) },
            body: withoutNonce(text).replaceAll(room, '…'),
          });
        });
      })
        .on('error', reject)
        .end(body?.(room, message));
    });

const handshake =
  (transport: string): Attempt =>
  async ({ url, headers }, room) =>
    connect(url, {
      transports: [transport],
      extraHeaders: headers,
      auth: { room, after: 'earliest' },
      reconnection: false,
    }).then(
      ({ received }) => received,
      ({ message, data }: Error & { data: unknown }) => ({ message, data }),
    );

/** Emits an event in the lobby, and returns its acknowledgement. */
const emit =
  (event: string, payload: (room: string, message: string) => object): Attempt =>
  async ({ url, headers }, room, message) => {
    const { socket } = await connect(url, { extraHeaders: headers });
    const answer: unknown = await socket.emitWithAck(event, payload(room, message));
    socket.disconnect();
    return answer;
  };

/** Sends a frame to `/ws` in the lobby, and returns the answer without its id. */
const frame =
  (type: string, payload: (room: string, message: string) => object): Attempt =>
  async ({ url, headers }, room, message) => {
    const peer = await openPeer(url, '/ws', 'json', undefined, headers);
    peer.send({ ...payload(room, message), type });
    const answer = await peer.next((one) => one.type === 'ack' || one.type === 'error');
    peer.socket.terminate();
    return { ...answer, id: undefined };
  };

const upgrade =
  (protocol: string): Attempt =>
  async ({ url, headers }, room) =>
    openPeer(url, `/ws?room=${room}&after=earliest`, protocol, undefined, headers).then(
      () => 'open',
      (error: Error) => error.message,
    );

const id = (): string => randomUUID();
const draft = (room: string) => JSON.stringify({ room, message: 'hello' });

/** Every way to use a room. */
const WAYS: Record<string, Attempt> = {
  'GET /messages': http('GET', (room) => `/messages?room=${room}`),
  'GET /messages?after': http('GET', (room) => `/messages?room=${room}&after=earliest`),
  'GET /messages?before': http('GET', (room) => `/messages?room=${room}&before=zzzz:9`),
  'HEAD /messages': http('HEAD', (room) => `/messages?room=${room}`),
  'GET /subscribe': http('GET', (room) => `/subscribe?room=${room}&timeout=0`),
  'GET /sse': http('GET', (room) => `/sse?room=${room}`, 'text/event-stream'),
  'GET /r/:room as a page': http('GET', (room) => `/r/${room}`, 'text/html'),
  'GET /r/:room as a form': http('GET', (room) => `/r/${room}?write`, 'text/html'),
  'GET /r/:room as lines': http('GET', (room) => `/r/${room}`, 'text/plain'),
  'GET /r/:room as NDJSON': http('GET', (room) => `/r/${room}?after=zzzz:9`, 'application/x-ndjson'),
  'GET /r/:room as events': http('GET', (room) => `/r/${room}`, 'text/event-stream'),
  'GET /r/:room?follow': http('GET', (room) => `/r/${room}?follow`, '*/*'),
  'HEAD /r/:room': http('HEAD', (room) => `/r/${room}`, '*/*'),
  'GET /r/:room/rules': http('GET', (room) => `/r/${room}/rules`),
  'PUT /r/:room/rules': http(
    'PUT',
    (room) => `/r/${room}/rules`,
    undefined,
    () => '{"slow":9}',
  ),
  'POST /messages': http('POST', () => '/messages', undefined, draft),
  'POST /messages, with the id of one': http('POST', () => '/messages', undefined, draft),
  'POST /r/:room': http(
    'POST',
    (room) => `/r/${room}`,
    '*/*',
    () => 'message=hello',
    'application/x-www-form-urlencoded',
  ),
  'DELETE /r/:room/messages/:id': http('DELETE', (room, message) => `/r/${room}/messages/${message}`),
  'DELETE /r/:room/messages/:id of none': http('DELETE', (room) => `/r/${room}/messages/${id()}`),
  'GET /rooms/:room': http('GET', (room) => `/rooms/${room}`),
  'PATCH /rooms/:room': http(
    'PATCH',
    (room) => `/rooms/${room}`,
    undefined,
    () => '{"title":"Mine"}',
  ),
  'PUT /rooms/:room/read': http(
    'PUT',
    (to) => `/rooms/${to}/read`,
    undefined,
    () => '{"cursor":"zzzz:1"}',
  ),
  'GET /rooms/:room/members': http('GET', (room) => `/rooms/${room}/members`),
  'PUT /rooms/:room/members/me': http('PUT', (room) => `/rooms/${room}/members/me`),
  'PUT /rooms/:room/members/:visitor': http('PUT', (room) => `/rooms/${room}/members/somebody`),
  'DELETE /rooms/:room/members/me': http('DELETE', (room) => `/rooms/${room}/members/me`),
  'DELETE /rooms/:room/members/:visitor': http('DELETE', (room) => `/rooms/${room}/members/somebody`),
  'Socket.IO over WebSocket': handshake('websocket'),
  'Socket.IO over polling': handshake('polling'),
  'join over Socket.IO': emit('join', (room) => ({ room, after: 'earliest' })),
  'new_message over Socket.IO': emit('new_message', (room) => ({ room, message: 'hello', id: id() })),
  'delete_message over Socket.IO': emit('delete_message', (room, message) => ({ room, id: message })),
  '/ws (json)': upgrade('json'),
  '/ws (text)': upgrade('text'),
  'join over /ws': frame('join', (room) => ({ room, after: 'earliest' })),
  'new_message over /ws': frame('new_message', (room) => ({ room, message: 'hello' })),
  'delete_message over /ws': frame('delete_message', (room, message) => ({ room, id: message })),
};

describe('a private room', () => {
  let app: RunningApp;
  let creator: TestVisitor;
  let room: string;
  let message: string;
  beforeAll(async () => {
    app = await startApp();
    creator = await TestVisitor.createGuest(app.url);
    const { body } = await creator.request('POST', '/rooms', { title: SECRET, private: true });
    room = String(body.room);
    const sent = await creator.request('POST', '/messages', { room, message: SECRET });
    message = String(sent.body.id);
  });
  afterAll(() => app.close());

  it.each(Object.entries(WAYS))(
    'looks to a guest and to the server’s owner as one that does not exist: %s',
    async (_way, attempt) => {
      for (const stranger of [await TestVisitor.createGuest(app.url), await TestVisitor.createOwner(app)]) {
        const answer = await attempt(stranger, room, message);
        expect(answer).toEqual(await attempt(stranger, privateName(), message));
        expect(JSON.stringify(answer)).toMatch(/404|no such room/);
        expect(JSON.stringify(answer)).not.toContain(SECRET);
      }
    },
  );

  it('is refused with one sentence and code, on HTTP and sockets', async () => {
    const stranger = await TestVisitor.createGuest(app.url);
    expect((await stranger.request('GET', `/messages?room=${room}`)).body).toEqual(NO_SUCH_ROOM);
    expect(await WAYS['Socket.IO over WebSocket']!(stranger, room, message)).toEqual({
      message: NO_SUCH_ROOM.error,
      data: NO_SUCH_ROOM,
    });
    for (const way of ['join', 'new_message', 'delete_message'])
      expect(await WAYS[`${way} over Socket.IO`]!(stranger, room, message)).toEqual(NO_SUCH_ROOM);
    expect(await WAYS['join over /ws']!(stranger, room, message)).toEqual({ type: 'error', ...NO_SUCH_ROOM });
  });

  it('is in no list, search, audit log or presence of others', async () => {
    const owner = await TestVisitor.createOwner(app);
    const { socket, received } = await connect(app.url, { extraHeaders: owner.headers });
    const member = await connect(app.url, { extraHeaders: creator.headers, auth: { room } });
    await member.socket.emitWithAck('typing', {});
    await creator.request('DELETE', `/r/${room}/messages/${message}`);
    for (const path of [
      '/rooms',
      '/rooms?find=',
      '/rooms?find=p-',
      '/rooms?find=secret',
      '/audit',
      '/people',
    ])
      expect((await owner.request('GET', path)).text).not.toContain(room);
    await socket.emitWithAck('typing', {});
    expect(JSON.stringify(received)).not.toContain(room);
    socket.disconnect();
    member.socket.disconnect();
  });
});

describe('membership that ends', () => {
  let app: RunningApp;
  let creator: TestVisitor;
  let member: TestVisitor;
  let room: string;
  /** Holds back the answers of lookups of who is a member. */
  let held: { visitor: string; reach: () => void; released: Promise<void> } | undefined;

  /** Holds back the answer to the next lookup of a visitor's membership until it is released. */
  const holdNextLookup = (visitor: string) => {
    let reach = (): void => undefined;
    let release = (): void => undefined;
    const reached = new Promise<void>((resolve) => (reach = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    held = { visitor, reach, released };
    return { reached, release };
  };
  const withHeldLookups = (stores: Stores): Stores => {
    const isMember = async (of: string, visitor: string): Promise<boolean> => {
      const answer = await stores.members.isMember(of, visitor);
      if (held?.visitor !== visitor) return answer;
      const { reach, released } = held;
      held = undefined;
      reach();
      await released;
      return answer;
    };
    return {
      ...stores,
      members: Object.assign(Object.create(stores.members) as Stores['members'], { isMember }),
    };
  };

  beforeEach(async () => {
    held = undefined;
    app = await startApp({}, { wrap: withHeldLookups });
    [creator, member] = [await TestVisitor.createGuest(app.url), await TestVisitor.createGuest(app.url)];
    const { body } = await creator.request('POST', '/rooms', { title: 'Plans', private: true });
    room = String(body.room);
    await creator.request('PUT', `/rooms/${room}/members/${member.id}`);
  });
  afterEach(() => app.close());

  const send = (text: string) => creator.request('POST', '/messages', { room, message: text });
  /** Opens a connection of each kind that reads a room, for the member. */
  const openAll = async (to: string): Promise<[name: string, connection: OpenConnection][]> => {
    const kinds = Object.entries(CONNECTIONS).filter(([name]) => name !== '/ws/echo');
    const opened = await Promise.all(
      kinds.map(async ([name, open]) => [name, await open(app.url, member.headers, to)] as const),
    );
    // Long polls and streams send nothing at first. Once a later request is answered, they are open.
    await member.request('GET', '/messages');
    return opened.map(([name, connection]) => [name, connection]);
  };

  it.each(['removed by the creator', 'left'])(
    'closes all connections to the room within 5 s, and nothing more is sent: %s',
    async (how) => {
      const connections = await openAll(room);
      const elsewhere = await openAll('lobby');
      const path = `/rooms/${room}/members`;
      if (how === 'left') await member.request('DELETE', `${path}/me`);
      else await creator.request('DELETE', `${path}/${member.id}`);
      await send(SECRET);
      for (const [name, connection] of connections) {
        await expectClosed(connection).catch((error: Error) =>
          Promise.reject(new Error(`${name}: ${error.message}`)),
        );
        expect({ name, received: connection.text() }).toEqual({
          name,
          received: expect.not.stringContaining(SECRET) as string,
        });
      }
      expect(connections.find(([name]) => name === 'long poll')![1].text()).toContain('404 Not Found');
      // Those to other rooms stay open.
      await creator.request('POST', '/messages', { message: 'still here' });
      for (const [name, { closed }] of elsewhere.filter(([kind]) => kind !== 'long poll'))
        expect([name, await Promise.race([closed.then(() => 'closed'), Promise.resolve('open')])]).toEqual([
          name,
          'open',
        ]);
      expect((await member.request('GET', `/messages?room=${room}&after=earliest`)).body).toEqual(
        NO_SUCH_ROOM,
      );
    },
  );

  it('refuses what a connection in another room sends to it', async () => {
    const { socket } = await connect(app.url, { extraHeaders: member.headers });
    expect(await socket.emitWithAck('new_message', { room, message: 'hello' })).toMatchObject({ seq: 1 });
    await creator.request('DELETE', `/rooms/${room}/members/${member.id}`);
    expect(await socket.emitWithAck('new_message', { room, message: 'hello' })).toEqual(NO_SUCH_ROOM);
    expect(await socket.emitWithAck('join', { room })).toEqual(NO_SUCH_ROOM);
    expect(await socket.emitWithAck('new_message', { message: 'in the lobby' })).toMatchObject({
      room: 'lobby',
    });
    socket.disconnect();
  });

  it('closes a connection whose join was allowed before, and completes afterwards', async () => {
    const { socket } = await connect(app.url, { extraHeaders: member.headers, reconnection: false });
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    const lookup = holdNextLookup(member.id);
    const joined = socket.emitWithAck('join', { room }).catch(() => undefined);
    await lookup.reached;
    await creator.request('DELETE', `/rooms/${room}/members/${member.id}`);
    lookup.release();
    await expectClosed({ text: () => '', closed });
    await joined;
  });

  it('does not close a connection that has gone on to another room in the meantime', async () => {
    const { socket } = await connect(app.url, { extraHeaders: member.headers, auth: { room } });
    const lookup = holdNextLookup(member.id);
    const removed = creator.request('DELETE', `/rooms/${room}/members/${member.id}`);
    await lookup.reached;
    await socket.emitWithAck('join', { room: 'lobby' });
    lookup.release();
    await removed;
    expect(await socket.emitWithAck('new_message', { message: 'hello' })).toMatchObject({ room: 'lobby' });
    socket.disconnect();
  });

  it('holds a ban and a mute as well: members cannot write, and banned ones cannot read', async () => {
    const owner = await TestVisitor.createOwner(app);
    await owner.request('PUT', `/people/${member.id}/mute`, {});
    const write = await member.request('POST', '/messages', { room, message: 'hello' });
    expect(write.body).toMatchObject({ code: 'muted' });
    const connections = await openAll(room);
    await owner.request('PUT', `/people/${member.id}/ban`, {});
    for (const [, connection] of connections) await expectClosed(connection);
    expect((await member.request('GET', `/rooms/${room}`)).body).toMatchObject({ code: 'banned' });
  });
});
