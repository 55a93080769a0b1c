import { randomUUID } from 'node:crypto';
import type { ErrorBody, NewMessage } from '../../../server/wire';
import { type RunningApp, startApp } from '../../support/app';
import { errorOf } from '../../support/error';
import { readAll, readPage, sendMessage } from '../../support/http';
import { connect, openClient, type SocketIoClient } from '../../support/socket';

let app: RunningApp;
let clients: SocketIoClient[];

beforeEach(async () => {
  app = await startApp();
  clients = [];
});
afterEach(async () => {
  clients.forEach(({ socket }) => socket.disconnect());
  await app.close();
});

async function connectAndJoin(options: Parameters<typeof connect>[1] = {}): Promise<SocketIoClient> {
  const client = await connect(app.url, options);
  clients.push(client);
  return client;
}

const request = (client: SocketIoClient, event: string, ...payload: unknown[]) =>
  client.socket.emitWithAck(event, ...payload) as Promise<unknown>;

describe('Socket.IO', () => {
  it.each([['websocket'], ['polling']])(
    'acknowledges a message with what all readers get, over %s',
    async (transport) => {
      const [a, b] = [await connectAndJoin({ transports: [transport] }), await connectAndJoin()];
      const id = randomUUID();
      const acked = (await request(a, 'new_message', { message: 'hello', id })) as NewMessage;
      expect(acked).toMatchObject({
        type: 'new_message',
        seq: 1,
        id,
        username: 'Anonymous',
        message: 'hello',
      });
      expect(await a.next('new_message')).toEqual(acked);
      expect(await b.next('new_message')).toEqual(acked);
    },
  );

  it('begins after a cursor, with the newest n, or with live messages', async () => {
    const first = await sendMessage(app.url, 'a');
    await sendMessage(app.url, 'b');
    const after = await connectAndJoin({ auth: { after: first.cursor } });
    const all = await connectAndJoin({ auth: { after: 'earliest' } });
    const last = await connectAndJoin({ auth: { last: 1 } });
    const live = await connectAndJoin();
    await sendMessage(app.url, 'c');
    await Promise.all(clients.map((client) => client.next('new_message', ({ message }) => message === 'c')));
    expect(after.texts()).toEqual(['b', 'c']);
    expect(all.texts()).toEqual(['a', 'b', 'c']);
    expect(last.texts()).toEqual(['b', 'c']);
    expect(live.texts()).toEqual(['c']);
  });

  it('sends a reset for a cursor of another history', async () => {
    const { cursor } = await sendMessage(app.url, 'a');
    const client = await connectAndJoin({ auth: { after: 'gone:9' } });
    expect(await client.next('reset')).toEqual({
      type: 'reset',
      room: 'lobby',
      earliest: (await readPage(app.url)).earliest,
      cursor,
    });
  });

  it('changes the room with join: reading continues there, and it is the default room for messages', async () => {
    await sendMessage(app.url, 'old', { room: 'b' });
    const client = await connectAndJoin({ auth: { room: 'a' } });
    const joined = (await request(client, 'join', { room: 'b', last: 1 })) as {
      room: string;
      cursor: string;
    };
    expect(joined).toEqual({ room: 'b', cursor: expect.stringMatching(/:0:[0-9a-f]{12}$/) as string });
    await sendMessage(app.url, 'not here', { room: 'a' });
    expect(await request(client, 'new_message', { message: 'here' })).toMatchObject({ room: 'b', seq: 2 });
    await client.next('new_message', ({ message }) => message === 'here');
    expect(client.texts()).toEqual(['old', 'here']);
  });

  it('sends no duplicates when join is repeated, even at the same time', async () => {
    const client = await connectAndJoin({ auth: { room: 'a' } });
    await Promise.all([1, 2, 3, 4].map(() => request(client, 'join', { room: 'b' })));
    for (const text of ['x', 'y']) await request(client, 'new_message', { message: text });
    await client.next('new_message', ({ message }) => message === 'y');
    expect(client.texts()).toEqual(['x', 'y']);
  });

  it('sends a message to another room if the request names it', async () => {
    const client = await connectAndJoin();
    expect(await request(client, 'new_message', { message: 'there', room: 'far' })).toMatchObject({
      room: 'far',
      seq: 1,
    });
    expect((await readAll(app.url, 'far')).map(({ message }) => message)).toEqual(['there']);
  });

  it('keeps the messages of two rooms apart, and sends them to all clients in the same order', async () => {
    const a = [await connectAndJoin({ auth: { room: 'a' } }), await connectAndJoin({ auth: { room: 'a' } })];
    const b = [await connectAndJoin({ auth: { room: 'b' } }), await connectAndJoin({ auth: { room: 'b' } })];
    const sent = [...a, ...b].flatMap((client, i) =>
      Array.from({ length: 20 }, (_, n) => request(client, 'new_message', { message: `${i}-${n}` })),
    );
    await Promise.all(sent);
    for (const [room, members] of [
      ['a', a],
      ['b', b],
    ] as const) {
      const log = await readAll(app.url, room);
      expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
      for (const member of members) {
        await member.next('new_message', ({ seq }) => seq === 40);
        expect(member.texts()).toEqual(log.map(({ message }) => message));
      }
    }
  });

  it('announces a change of name to all, and sends later messages with the new name', async () => {
    const [a, b] = [await connectAndJoin(), await connectAndJoin()];
    const change = await request(a, 'change_username', { username: ' Маша ' });
    expect(change).toMatchObject({ type: 'change_username', username: 'Маша' });
    expect(await b.next('change_username')).toEqual(change);
    expect(await request(a, 'new_message', { message: 'x' })).toMatchObject({ username: 'Маша' });
  });

  it('announces who is typing to the others only', async () => {
    const [a, b] = [await connectAndJoin(), await connectAndJoin()];
    expect(await request(a, 'typing', {})).toEqual({});
    expect(await b.next('typing')).toMatchObject({ room: 'lobby', username: 'Anonymous' });
    await request(b, 'new_message', { message: 'x' });
    await a.next('new_message');
    expect(a.received.filter(({ event }) => event === 'typing')).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['an empty message', { message: '' }],
    ['no string', { message: 1 }],
    ['over 4,000 characters', { message: 'x'.repeat(4001) }],
    ['an unknown form of room', { message: 'x', room: '../x' }],
    ['an id that is no UUID', { message: 'x', id: 'undefined-0' }],
    ['null', null],
    ['a text', 'hello'],
  ])(
    'refuses %s in the acknowledgement; the connection lives on and the log is untouched',
    async (_what, payload) => {
      const client = await connectAndJoin();
      expect(await request(client, 'new_message', payload)).toEqual(errorOf('bad_request'));
      expect(await request(client, 'new_message', { message: 'fine' })).toMatchObject({ seq: 1 });
    },
  );

  it('refuses an invalid name, an invalid join, and another body with a known id', async () => {
    const client = await connectAndJoin();
    expect(await request(client, 'change_username', { username: ' ' })).toEqual(errorOf('bad_request'));
    expect(await request(client, 'join', { room: 'b', after: 'nonsense' })).toEqual(errorOf('bad_request'));
    const id = randomUUID();
    await request(client, 'new_message', { message: 'a', id });
    expect(await request(client, 'new_message', { message: 'b', id })).toEqual(errorOf('id_taken'));
    expect(await request(client, 'new_message', { message: 'a', id })).toMatchObject({
      seq: 1,
      room: 'lobby',
    });
  });

  it('survives events without a callback or payload, and unknown events', async () => {
    const client = await connectAndJoin();
    for (const event of ['new_message', 'join', 'change_username', 'typing', 'error', 'nonsense'])
      client.socket.emit(event);
    client.socket.emit('join', { room: 'A' });
    expect(await request(client, 'nonsense', {})).toEqual(errorOf('bad_request'));
    expect(await request(client, 'new_message')).toEqual(errorOf('bad_request'));
    expect(await request(client, 'new_message', { message: 'fine' })).toMatchObject({ seq: 1 });
  });

  it('refuses a connection with a malformed cursor or room, with the reason', async () => {
    const client = openClient(app.url, { auth: { room: 'A B' } });
    clients.push(client);
    const error = await new Promise<Error & { data?: ErrorBody }>((resolve) =>
      client.socket.once('connect_error', resolve),
    );
    expect(error.data).toEqual(errorOf('bad_request', error.message));
  });

  it('refuses pages of foreign origins, on both of its transports', async () => {
    for (const transports of [['websocket'], ['polling']]) {
      const client = openClient(app.url, {
        transports,
        extraHeaders: { origin: 'http://evil.example' },
        reconnection: false,
      });
      clients.push(client);
      await new Promise((resolve) => client.socket.once('connect_error', resolve));
    }
  });

  it('continues from its cursor by itself after a restart', async () => {
    const client = await connectAndJoin();
    const first = (await request(client, 'new_message', { message: 'a' })) as NewMessage;
    await client.next('new_message');
    client.socket.auth = { after: first.cursor };
    const back = new Promise((resolve) => client.socket.io.once('reconnect', resolve));
    client.socket.io.engine.close();
    await sendMessage(app.url, 'while away');
    await back;
    await client.next('new_message', ({ message }) => message === 'while away');
    expect(client.texts()).toEqual(['a', 'while away']);
  });
});
