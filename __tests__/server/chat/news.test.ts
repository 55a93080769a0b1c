import { type RunningApp, startApp } from '../../support/app';
import { connect, type SocketIoClient } from '../../support/socket';
import { TestVisitor } from '../../support/test-visitor';
import { openPeer } from '../../support/ws';

describe('news', () => {
  let app: RunningApp;
  let masha: TestVisitor;
  let boris: TestVisitor;
  let room: string;
  let clients: SocketIoClient[];
  beforeEach(async () => {
    app = await startApp();
    clients = [];
    masha = await TestVisitor.createGuest(app.url);
    boris = await TestVisitor.createGuest(app.url);
    const { body } = await masha.request('POST', '/rooms', { title: 'Plans', private: true });
    room = String(body.room);
  });
  afterEach(async () => {
    clients.forEach(({ socket }) => socket.disconnect());
    await app.close();
  });

  const send = async (by: TestVisitor, to: string) =>
    (await by.request('POST', '/messages', { room: to, message: 'hello' })).body;
  const add = ({ id }: TestVisitor) => masha.request('PUT', `/rooms/${room}/members/${id}`);
  const open = async ({ headers }: TestVisitor, auth: object = { news: true }) => {
    const client = await connect(app.url, { extraHeaders: headers, auth });
    clients.push(client);
    return client;
  };
  const newsIn = ({ received }: SocketIoClient) =>
    received.filter(({ event }) => event === 'news').map(({ payload }) => payload);

  it('of several messages is one hint for each connection of a member that asked for it, on each transport', async () => {
    await add(boris);
    const [first, second, silent, stranger] = await Promise.all([
      open(boris),
      open(boris),
      open(boris, {}),
      open(await TestVisitor.createGuest(app.url)),
    ]);
    const peer = await openPeer(app.url, '/ws?news', 'json', undefined, boris.headers);
    const events = await fetch(`${app.url}/sse?news`, { headers: boris.headers });
    await send(masha, room);
    await send(masha, room);
    const { cursor } = await send(masha, room);
    const news = { type: 'news', room, cursor };
    expect(await first.next('news')).toEqual(news);
    expect(await second.next('news')).toEqual(news);
    expect(await peer.next(({ type }) => type === 'news')).toEqual(news);
    let text = '';
    for await (const chunk of events.body!) {
      text += Buffer.from(chunk as Uint8Array).toString();
      if (text.includes(`event: news\ndata: ${JSON.stringify(news)}\n\n`)) break;
    }
    // One hint, and the next no sooner than the next message.
    expect([newsIn(first), newsIn(silent), newsIn(stranger)]).toEqual([[news], [], []]);
    const later = await send(masha, room);
    expect(await first.next('news', (one) => one.cursor === later.cursor)).toMatchObject({ room });
    expect(newsIn(first)).toHaveLength(2);
    peer.socket.terminate();
  });

  it('begins when somebody becomes a member, and ends with the membership', async () => {
    const client = await open(boris);
    await add(boris);
    expect(await client.next('change_rooms')).toEqual({ type: 'change_rooms' });
    const first = await send(masha, room);
    expect(await client.next('news')).toMatchObject({ room, cursor: first.cursor });
    await masha.request('DELETE', `/rooms/${room}/members/${boris.id}`);
    await client.next('change_rooms', (one) => one !== client.received[0]!.payload);
    await send(masha, room);
    // A hint about another room, which comes together with that one or later, shows that there was none.
    await boris.request('PUT', '/rooms/weekend/members/me');
    const { cursor } = await send(masha, 'weekend');
    await client.next('news', (one) => one.room === 'weekend');
    expect(newsIn(client)).toEqual([
      { type: 'news', room, cursor: first.cursor },
      { type: 'news', room: 'weekend', cursor },
    ]);
  });

  it('of a direct message reaches somebody who did not know of it', async () => {
    const client = await open(boris);
    const { body } = await masha.request('POST', '/rooms/direct', { people: [boris.id] });
    await client.next('change_rooms');
    const { cursor } = await send(masha, String(body.room));
    expect(await client.next('news')).toEqual({ type: 'news', room: body.room, cursor });
  });

  it('is asked for with a switch, and nothing else', async () => {
    const { body } = await masha.request('GET', '/sse?news=perhaps');
    expect(body).toEqual({ error: '"news" must be true or false.', code: 'bad_request', status: 400 });
  });
});
