import { CONNECTIONS, expectClosed } from '../hostile/open-connections';
import { Authenticator } from '../support/authenticator';
import { type Nodes, startNodes } from '../support/nodes';
import { describePostgres } from '../support/describe-postgres';
import { connect, type SocketIoClient } from '../support/socket';
import { TestVisitor } from '../support/test-visitor';
import { waitUntilEqual } from '../support/wait';

const ORIGIN = 'https://chat.example.org';

describePostgres('three nodes on one database', () => {
  let nodes: Nodes;
  let urls: string[];
  let clients: SocketIoClient[];
  let owner: TestVisitor;

  beforeAll(async () => {
    nodes = await startNodes(3, { CORS_ORIGINS: ORIGIN });
    urls = nodes.apps.map(({ url }) => url);
    owner = await TestVisitor.createOwner(nodes.apps[0]!);
  });
  afterAll(() => nodes.close());
  beforeEach(() => (clients = []));
  afterEach(() => clients.forEach(({ socket }) => socket.disconnect()));

  /** The same browser, whose requests reach another node. */
  const on = (node: number, { cookie }: TestVisitor) => new TestVisitor(urls[node]!, cookie);
  const createGuest = (node: number) => TestVisitor.createGuest(urls[node]!);
  const open = async (node: number, room: string, visitor?: TestVisitor): Promise<SocketIoClient> => {
    const client = await connect(urls[node]!, visitor && { extraHeaders: visitor.headers });
    clients.push(client);
    await client.socket.emitWithAck('join', { room });
    return client;
  };
  const rename = async ({ socket }: SocketIoClient, username: string) =>
    (await socket.emitWithAck('change_username', { username })) as { username?: string; code?: string };
  /** The last `presence` event of a room, as its count and the names in it. */
  const presence = (client: SocketIoClient, room: string) => async () => {
    const events = client.received.filter(
      ({ event, payload }) => event === 'presence' && payload.room === room,
    );
    const { count, people = [] } = (events.at(-1)?.payload ?? {}) as {
      count?: number;
      people?: { username: string }[];
    };
    return [count, ...people.map(({ username }) => username).sort()];
  };

  it('let a visitor write one message in slow mode, on whichever of them', async () => {
    expect((await on(1, owner).request('PUT', '/r/slow/rules', { slow: 3600 })).status).toBe(200);
    const guest = await createGuest(0);
    const answers = await Promise.all(
      urls.map((_, node) => on(node, guest).request('POST', '/messages', { room: 'slow', message: 'hello' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 429, 429]);
    const refused = await on(2, guest).request('POST', '/messages', { room: 'slow', message: 'again' });
    expect(refused.body).toMatchObject({ code: 'slow_mode', status: 429 });
  });

  it('give a name to one of those who request it at once, with a cookie or without', async () => {
    const connected = await Promise.all(urls.map((_, node) => open(node, 'names')));
    const guests = await Promise.all(urls.map((_, node) => createGuest(node)));
    for (let i = 0; i < 5; i += 1) {
      const letters = 'a'.repeat(i);
      const outcomes = await Promise.all([
        ...(i % 2 ? connected : []).map(
          async (client) => (await rename(client, `Anna ${letters}x`)).username,
        ),
        ...guests.map(
          async (guest) =>
            (await guest.request('POST', '/username', { username: `Аnnа ${letters}x` })).body.username,
        ),
      ]);
      expect(outcomes.filter(Boolean)).toHaveLength(1);
    }
  });

  it('free the name of a visitor without a cookie when its connection to one of them ends', async () => {
    const [one, other] = await Promise.all([open(0, 'names'), open(1, 'names')]);
    expect(await rename(one, 'Clara')).toMatchObject({ username: 'Clara' });
    expect(await rename(other, 'C1ara')).toMatchObject({ code: 'name_taken' });
    one.socket.disconnect();
    // Soon, and not only when it expires.
    await waitUntilEqual(async () => (await rename(other, 'C1ara')).username, 'C1ara', 10_000);
  });

  it('accept an invitation as often as it may be used, on whichever of them', async () => {
    const { body } = await owner.request('POST', '/invitations', { role: 'member', uses: 2 });
    const guests = await Promise.all([0, 1, 2, 0, 1, 2].map(createGuest));
    const answers = await Promise.all(guests.map((guest) => guest.acceptInvitation(String(body.url))));
    const accepted = answers.filter(({ status }) => status < 400);
    expect(accepted).toHaveLength(2);
  });

  it('accept the answer to a challenge of another, once among them', async () => {
    const headers = { Origin: ORIGIN };
    const guest = await createGuest(0);
    await guest.request('POST', '/username', { username: 'Masha' });
    const device = new Authenticator(ORIGIN);
    type Options = Parameters<Authenticator['get']>[0];
    const ask = async (node: number, path: string) =>
      (await on(node, guest).request('POST', path, {}, headers)).body as unknown as Options;
    const creation = device.create(await ask(0, '/account/passkeys/options'));
    const created = await on(1, guest).request('POST', '/account/passkeys', creation, headers);
    expect(created.status).toBe(201);
    const answer = device.get(await ask(2, '/sessions/options'));
    const signIns = await Promise.all(
      [0, 1, 0, 1].map((node) => on(node, guest).request('POST', '/sessions', answer, headers)),
    );
    expect(signIns.map(({ status }) => status).sort()).toEqual([201, 401, 401, 401]);
  });

  it('show everybody in a room to each other, a person with two connections once, and who is typing', async () => {
    const masha = await createGuest(0);
    await masha.request('POST', '/username', { username: 'Olga' });
    const watcher = await open(0, 'people');
    await waitUntilEqual(presence(watcher, 'people'), [1, 'Anonymous']);
    const [first, second] = await Promise.all([open(1, 'people', masha), open(2, 'people', masha)]);
    const together = [2, 'Anonymous', 'Olga'];
    for (const client of [watcher, first, second]) await waitUntilEqual(presence(client, 'people'), together);
    await first.socket.emitWithAck('typing', {});
    expect(await watcher.next('typing')).toMatchObject({ room: 'people', username: 'Olga' });
    await rename(second, 'Vera');
    await Promise.all([watcher.next('change_username'), first.next('change_username')]);
    first.socket.disconnect();
    second.socket.disconnect();
    await waitUntilEqual(presence(watcher, 'people'), [1, 'Anonymous']);
  });
});

describePostgres('three nodes with private rooms', () => {
  let nodes: Nodes;
  let urls: string[];
  beforeAll(async () => {
    nodes = await startNodes(3);
    urls = nodes.apps.map(({ url }) => url);
  });
  afterAll(() => nodes.close());
  const on = (node: number, { cookie }: TestVisitor) => new TestVisitor(urls[node]!, cookie);

  it('open one direct message for those who open it at once on different nodes', async () => {
    const [one, two] = await Promise.all([0, 1].map((node) => TestVisitor.createGuest(urls[node]!)));
    const open = (node: number, by: TestVisitor, { id }: TestVisitor) =>
      on(node, by).request('POST', '/rooms/direct', { people: [id] });
    const opened = await Promise.all([open(0, one!, two!), open(1, two!, one!), open(2, one!, two!)]);
    const rooms = new Set(opened.map(({ body }) => body.room));
    expect(rooms.size).toBe(1);
    const [room] = [...rooms];
    const { body } = await on(2, two!).request('POST', '/messages', { room, message: 'hello' });
    const { text } = await on(1, one!).request('GET', '/rooms');
    expect(JSON.parse(text)).toMatchObject([{ room, cursor: body.cursor, last: { text: 'hello' } }]);
  });

  it('tell a member on each of them what is new in its rooms, also in one that it was just added to', async () => {
    const creator = await TestVisitor.createGuest(urls[0]!);
    const member = await TestVisitor.createGuest(urls[1]!);
    const clients = await Promise.all(
      urls.map((url) => connect(url, { extraHeaders: member.headers, auth: { news: true } })),
    );
    const { body } = await creator.request('POST', '/rooms/direct', { people: [member.id] });
    await Promise.all(clients.map((client) => client.next('change_rooms')));
    const sent = await on(2, creator).request('POST', '/messages', { room: body.room, message: 'hello' });
    for (const client of clients)
      expect(await client.next('news')).toEqual({ type: 'news', room: body.room, cursor: sent.body.cursor });
    clients.forEach(({ socket }) => socket.disconnect());
  });

  it('close the connections of a removed member on all of them within 5 s, and refuse it at once', async () => {
    const creator = await TestVisitor.createGuest(urls[0]!);
    const member = await TestVisitor.createGuest(urls[1]!);
    const { body } = await creator.request('POST', '/rooms', { title: 'Plans', private: true });
    const room = String(body.room);
    await creator.request('PUT', `/rooms/${room}/members/${member.id}`);
    const opened = await Promise.all(
      urls.flatMap((url) =>
        Object.entries(CONNECTIONS)
          .filter(([name]) => name !== '/ws/echo')
          .map(async ([name, open]) => [name, await open(url, member.headers, room)] as const),
      ),
    );
    await Promise.all(urls.map((_, node) => on(node, member).request('GET', '/messages')));
    await creator.request('DELETE', `/rooms/${room}/members/${member.id}`);
    const answers = urls.map((_, node) => on(node, member).request('GET', `/messages?room=${room}`));
    for (const { status } of await Promise.all(answers)) expect(status).toBe(404);
    for (const [name, connection] of opened)
      await expectClosed(connection).catch((error: Error) =>
        Promise.reject(new Error(`${name}: ${error.message}`)),
      );
  });
});

describePostgres('three nodes with rate limits', () => {
  it('refuse a visitor that sends too much to all of them together', async () => {
    const nodes = await startNodes(3, { LIMITS: 'on', LIMIT_MESSAGES: '20/600' });
    try {
      const guest = await TestVisitor.createGuest(nodes.apps[0]!.url);
      const send = async (node: number) => {
        const visitor = new TestVisitor(nodes.apps[node]!.url, guest.cookie);
        return (await visitor.request('POST', '/messages', { message: 'hello' })).status;
      };
      let accepted = 0;
      for (let i = 0; i < 60; i += 1) if ((await send(i % 3)) === 201) accepted += 1;
      expect(accepted).toBeGreaterThanOrEqual(20);
      expect(accepted).toBeLessThan(50);
      for (const node of [0, 1, 2]) await waitUntilEqual(() => send(node), 429);
    } finally {
      await nodes.close();
    }
  });
});
