import { randomUUID } from 'node:crypto';
import { type RunningApp, startApp } from '../support/app';
import { postJson, readAll } from '../support/http';
import { TestVisitor } from '../support/test-visitor';
import { connect, disconnect } from '../support/socket';
import { openPeer } from '../support/ws';

/** How many messages a visitor may send in a minute; an address may send ten times as many. */
const VISITOR_LIMIT = 5;
const ADDRESS_LIMIT = 10 * VISITOR_LIMIT;

let app: RunningApp;
let closing: (() => Promise<void>)[];

beforeEach(async () => {
  app = await startApp({ LIMITS: 'on', LIMIT_MESSAGES: `${VISITOR_LIMIT}/60` });
  closing = [];
});
afterEach(async () => {
  await Promise.all(closing.map((close) => close()));
  await app.close();
});

/** The answer to a message: its text if it was accepted, else when to retry, in seconds. */
type Answer = { message: string } | { status: number; retryAfter: number; header?: number };
type Send = (message: string) => Promise<Answer>;

const socketIo = async (transport: string, headers: Record<string, string>): Promise<Send> => {
  const { socket } = await connect(app.url, {
    transports: [transport],
    upgrade: false,
    extraHeaders: headers,
  });
  closing.push(() => disconnect(socket));
  return (message) => socket.emitWithAck('new_message', { message }) as Promise<Answer>;
};

/** Every way to send a message. */
const SENDERS: Record<string, (headers: Record<string, string>) => Promise<Send>> = {
  'Socket.IO over WebSocket': (headers) => socketIo('websocket', headers),
  'Socket.IO over polling': (headers) => socketIo('polling', headers),
  '/ws (json)': async (headers) => {
    const peer = await openPeer(app.url, '/ws', 'json', undefined, headers);
    closing.push(async () => peer.socket.terminate());
    return async (message) => {
      const id = randomUUID();
      peer.send({ type: 'new_message', message, id });
      const frame = await peer.next((one) => one.id === id && one.type !== 'new_message');
      return (frame.answer ?? frame) as Answer;
    };
  },
  'POST /messages': async (headers) => async (message) => {
    const answer = await postJson(`${app.url}/messages`, { message }, headers);
    const header = Number(answer.headers.get('Retry-After'));
    return (answer.status === 201 ? answer.body : { ...answer.body, header }) as Answer;
  },
  'the form of a room': async (headers) => async (message) => {
    const answer = await fetch(`${app.url}/r/lobby`, {
      method: 'POST',
      headers: { Accept: 'text/plain', ...headers },
      body: new URLSearchParams({ message }),
    });
    if (answer.status === 201) return { message };
    const retryAfter = Number(answer.headers.get('Retry-After'));
    return { status: answer.status, retryAfter, header: retryAfter };
  },
};

/** Sends many messages, and returns the refusals. */
async function flood(
  count: number,
  send: (message: string, i: number) => Promise<Answer>,
): Promise<Answer[]> {
  const all = await Promise.all(Array.from({ length: count }, (_, i) => send(`flood ${i}`, i)));
  return all.filter((answer) => !('message' in answer));
}

describe.each(Object.keys(SENDERS))('a flood over %s', (way) => {
  it('is limited to the rate of a visitor, with the time to retry, and not stored beyond the limit', async () => {
    const { headers } = await TestVisitor.createGuest(app.url);
    const send = await SENDERS[way]!(headers);
    const refused: Answer[] = [];
    for (let i = 0; i < 2 * VISITOR_LIMIT; i += 1) refused.push(...(await flood(1, send)));
    expect(refused).toHaveLength(VISITOR_LIMIT);
    for (const one of refused) {
      const { status, retryAfter, header = retryAfter } = one as Exclude<Answer, { message: string }>;
      expect(status).toBe(429);
      expect(retryAfter).toBeGreaterThan(0);
      expect(retryAfter).toBeLessThanOrEqual(60);
      expect(header).toBe(retryAfter);
    }
    expect(await readAll(app.url)).toHaveLength(VISITOR_LIMIT);
  });

  it('shares one rate limit with all other transports', async () => {
    const { headers } = await TestVisitor.createGuest(app.url);
    for (const [other, open] of Object.entries(SENDERS)) {
      if (other !== way) await (await open(headers))(`by ${other}`);
    }
    const send = await SENDERS[way]!(headers);
    // Each of the other four senders has used one message.
    expect(await send('the last')).toMatchObject({ message: 'the last' });
    expect(await send('one too many')).toMatchObject({ status: 429 });
    expect(await readAll(app.url)).toHaveLength(VISITOR_LIMIT);
  });
});

describe('a flood by many visitors without a cookie', () => {
  it('is limited to the rate of their address, over all transports together', async () => {
    const open = Object.values(SENDERS);
    const senders = await Promise.all(
      Array.from({ length: 3 * open.length }, (_, i) => open[i % open.length]!({})),
    );
    const refused = await flood(20 * senders.length, (message, i) => senders[i % senders.length]!(message));
    expect(refused).toHaveLength(20 * senders.length - (await readAll(app.url)).length);
    expect((await readAll(app.url)).length).toBeLessThanOrEqual(ADDRESS_LIMIT);
    expect(await postJson(`${app.url}/messages`, { message: 'x' })).toMatchObject({ status: 429 });
  });

  it('is refused with a sentence on the text subprotocol', async () => {
    const peer = await openPeer(app.url, '/ws', 'text');
    for (let i = 0; i <= VISITOR_LIMIT; i += 1) peer.socket.send(`flood ${i}`);
    const lines = await peer.waitForLines(VISITOR_LIMIT + 1);
    expect(lines.filter((line) => line.startsWith(' * '))).toEqual([
      expect.stringMatching(/too fast\. Try again in \d+ s\.$/),
    ]);
    peer.socket.terminate();
  });
});
