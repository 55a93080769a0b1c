import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import type { NewMessage } from '../../server/wire';
import { BALANCERS, type Balancer, startBalancer } from '../support/balancers';
import { ChatPage, openBrowser } from '../support/browser';
import { postJson, readAll, sendMessage } from '../support/http';
import { type Nodes, startNodes } from '../support/nodes';
import { describePostgres } from '../support/describe-postgres';
import { createDatabase, type TestDatabase } from '../support/postgres';
import type { Proxy } from '../support/proxy';
import { type ServerProcess, startProcess } from '../support/process';
import { connect } from '../support/socket';
import { waitUntilEqual } from '../support/wait';

const readiness = async (url: string): Promise<number> => (await fetch(`${url}/readyz`)).status;

/** Opens a stock client that resumes after its last message, as PROTOCOL.md shows. */
async function openReader(url: string) {
  let cursor = 'earliest';
  const client = await connect(url, {
    auth: (give: (auth: object) => void) => give({ after: cursor }),
    reconnectionDelay: 100,
    reconnectionDelayMax: 200,
  });
  client.socket.on('new_message', (message: NewMessage) => (cursor = message.cursor));
  return client;
}

(BALANCERS.length > 0 ? describePostgres : describe.skip)('a client of several nodes', () => {
  let nodes: Nodes;
  let urls: string[];
  let balancers: Balancer[];
  let browser: Browser;
  beforeAll(async () => (browser = await openBrowser()));
  afterAll(() => browser.close());
  beforeEach(async () => {
    nodes = await startNodes(3, { TRUST_PROXY: '1' });
    urls = nodes.apps.map(({ url }) => url);
    balancers = [];
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await Promise.all(balancers.map((balancer) => balancer.close()));
    await nodes.close();
  });

  const start = async (name: string): Promise<Balancer> => {
    const balancer = await startBalancer(name, urls);
    balancers.push(balancer);
    return balancer;
  };

  it.each(BALANCERS)(
    'with WebSocket blocked, falls back past the polling of Socket.IO, which any balancer breaks, behind %s',
    async (name) => {
      const balancer = await start(name);
      const live = await ChatPage.open(browser, balancer.url);
      const masha = await ChatPage.open(browser, balancer.url, {
        blocked: ['websocket'],
        status: 'Live · over SSE',
      });
      await masha.send('from Masha');
      await live.send('to Masha');
      await sendMessage(balancer.url, 'to both');
      for (const page of [masha, live]) await page.messagesWithText('to both').waitFor();
      for (const page of [masha, live])
        for (const text of ['from Masha', 'to Masha']) await page.messagesWithText(text).waitFor();
      expect([...masha.errors, ...live.errors]).toEqual([]);
    },
  );

  // An outage takes its time, so all balancers go through one.
  it(`moves on from a node that is cut off from the database, and misses nothing, behind ${BALANCERS.join(' and ')}`, async () => {
    jest.spyOn(console, 'error').mockImplementation();
    const groups = await Promise.all(
      BALANCERS.map(async (name) => {
        const { url } = await start(name);
        // One at each node.
        const readers = [];
        for (let i = 0; i < 3; i += 1) readers.push(await openReader(url));
        return { url, readers };
      }),
    );
    const [cut] = urls as [string];
    const [link] = nodes.links as [Proxy];
    link.stall();
    const moved = groups.map(({ readers }) =>
      Promise.race(readers.map(({ socket }) => new Promise((resolve) => socket.once('disconnect', resolve)))),
    );
    await waitUntilEqual(() => readiness(cut), 503);
    const sent: unknown[] = [];
    const sendByAll = async (message: string): Promise<void> => {
      for (const { url } of groups) {
        const draft = { id: randomUUID(), message: `${message}, by ${url}` };
        let answer = await postJson(`${url}/messages`, draft);
        while (answer.status === 503) answer = await postJson(`${url}/messages`, draft);
        sent.push(answer.body.message);
      }
    };
    await sendByAll('while it is cut off');
    await Promise.all(moved);
    await sendByAll('after it has closed its connections');
    for (const reader of groups.flatMap(({ readers }) => readers)) {
      await reader.next('new_message', ({ message }) => message === sent.at(-1));
      expect(reader.texts()).toEqual(sent);
    }
    link.enable();
    await waitUntilEqual(() => readiness(cut), 200);
    expect((await readAll(cut)).map(({ message }) => message)).toEqual(sent);
    groups.forEach(({ readers }) => readers.forEach(({ socket }) => socket.disconnect()));
    jest.restoreAllMocks();
  });
});

(BALANCERS.includes('haproxy') ? describePostgres : describe.skip)('a rolling restart behind HAProxy', () => {
  let database: TestDatabase;
  let nodes: ServerProcess[];
  let balancer: Balancer;
  beforeEach(async () => {
    database = await createDatabase();
    nodes = [];
    for (let i = 0; i < 3; i += 1) nodes.push(await start());
    balancer = await startBalancer(
      'haproxy',
      nodes.map(({ url }) => url),
    );
  });
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.end('SIGKILL')));
    await balancer.close();
    await database.remove();
  });

  const start = (port = 0) =>
    startProcess({ DATABASE_URL: database.url, DATABASE_POOL: '4', SHUTDOWN_DELAY: '4', PORT: String(port) });

  it('fails no request, and readers get everything once and in order', async () => {
    const reader = await openReader(balancer.url);
    let isOver = false;
    const statuses = new Set<number>();
    const sent: string[] = [];
    const writing = (async () => {
      while (!isOver) {
        const message = `message ${sent.length}`;
        statuses.add((await postJson(`${balancer.url}/messages`, { message })).status);
        statuses.add((await fetch(`${balancer.url}/messages?limit=1`)).status);
        sent.push(message);
      }
    })();
    for (const [i, node] of nodes.entries()) {
      expect(await node.end('SIGTERM')).toEqual({ code: 0, signal: null });
      nodes[i] = await start(node.port);
      await waitUntilEqual(() => readiness(node.url), 200);
    }
    isOver = true;
    await writing;
    expect([...statuses].sort()).toEqual([200, 201]);
    await reader.next('new_message', ({ message }) => message === sent.at(-1));
    expect(reader.texts()).toEqual(sent);
    expect((await readAll(balancer.url)).map(({ message }) => message)).toEqual(sent);
    reader.socket.disconnect();
  });
});
