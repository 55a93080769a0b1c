import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { NewMessage } from '../../server/wire';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder';
import { postJson, readAll } from '../support/http';
import { type ServerProcess, startProcess } from '../support/process';
import { connect, openClient, type SocketIoClient } from '../support/socket';

/** How often the server is killed; README.md suggests 20. */
const KILLS = Number(process.env.KILLS ?? 3);

let folder: TemporaryFolder;
let env: Record<string, string>;

beforeEach(() => {
  folder = createTemporaryFolder();
  env = { DATABASE: join(folder.path, 'parley.db') };
});
afterEach(() => folder.remove());

/** A writer that writes over one transport until the server is killed. */
interface Writer {
  acknowledged: Map<string, NewMessage>;
  unanswered: { id: string; message: string }[];
  done: Promise<void>;
}

function startWriter(
  send: (draft: { id: string; message: string }) => Promise<NewMessage>,
  name: string,
): Writer {
  const writer: Writer = { acknowledged: new Map(), unanswered: [], done: Promise.resolve() };
  writer.done = (async () => {
    for (let i = 0; ; i += 1) {
      const draft = { id: randomUUID(), message: `${name} ${i}` };
      try {
        writer.acknowledged.set(draft.id, await send(draft));
      } catch {
        writer.unanswered.push(draft);
        return;
      }
    }
  })();
  return writer;
}

const sendOverHttp = (url: string) => async (draft: object) => {
  const { status, body } = await postJson<NewMessage>(`${url}/messages`, draft);
  if (status !== 201) throw new Error(String(status));
  return body;
};

const sendOverSocketIo = (client: SocketIoClient) => (draft: object) =>
  Promise.race([
    client.socket.emitWithAck('new_message', draft) as Promise<NewMessage>,
    new Promise<never>((_resolve, reject) => client.socket.once('disconnect', reject)),
  ]);

describe('kill -9 during a burst of writes', () => {
  it(`loses no acknowledged message, stores none twice, and keeps the order: ${KILLS} times`, async () => {
    const acknowledged = new Map<string, NewMessage>();
    let unanswered: Writer['unanswered'] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const server = await startProcess(env);
      for (const draft of unanswered) acknowledged.set(draft.id, await retry(server, draft));
      const clients = [await connect(server.url), await connect(server.url)];
      const senders = [sendOverHttp(server.url), sendOverHttp(server.url), ...clients.map(sendOverSocketIo)];
      const writers = senders.map((send, i) => startWriter(send, `${kill}-${i}`));
      // Kill the server at a different point of the burst each time.
      await clients[0]!.next(
        'new_message',
        ({ seq }) => (seq as number) > acknowledged.size + 40 + 17 * kill,
      );
      await server.end('SIGKILL');
      await Promise.all(writers.map(({ done }) => done));
      clients.forEach(({ socket }) => socket.disconnect());
      for (const writer of writers)
        writer.acknowledged.forEach((message, id) => acknowledged.set(id, message));
      unanswered = writers.flatMap((writer) => writer.unanswered);
    }

    const server = await startProcess(env);
    const log = await readAll(server.url);
    await server.end('SIGTERM');
    const byId = new Map(log.map((message) => [message.id, message]));
    const unansweredIds = new Set(unanswered.map(({ id }) => id));
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
    expect(byId.size).toBe(log.length);
    acknowledged.forEach((message, id) => expect(byId.get(id)).toEqual(message));
    expect(log.filter(({ id }) => !acknowledged.has(id) && !unansweredIds.has(id))).toEqual([]);
    if (process.env.KILLS)
      console.error(`${KILLS} kills: ${acknowledged.size} acknowledged, ${log.length} in the log`);
  });

  /** Sends a draft again; its id keeps it from being stored twice. */
  async function retry({ url }: ServerProcess, draft: object): Promise<NewMessage> {
    const { status, body } = await postJson<NewMessage>(`${url}/messages`, draft);
    expect([200, 201]).toContain(status);
    return body;
  }
});

describe('messages that are sent while the server is down', () => {
  it('are each stored once, in any order, although all writers were disconnected', async () => {
    // The Socket.IO tutorial builds its ids from `socket.id`, which is undefined while disconnected: three offline
    // senders all sent "undefined-0", all were acknowledged, and one message was stored.
    let server = await startProcess(env);
    const port = String(server.port);
    const names = ['Anna', 'Boris', 'Vera'];
    const clients = await Promise.all(
      names.map(() => connect(server.url, { reconnectionDelay: 50, ackTimeout: 2_000, retries: 9 })),
    );
    const disconnected = clients.map(
      ({ socket }) => new Promise((resolve) => socket.once('disconnect', resolve)),
    );
    await server.end('SIGKILL');
    await Promise.all(disconnected);
    const sent = clients.map(
      ({ socket }, i) =>
        socket.emitWithAck('new_message', {
          id: randomUUID(),
          message: `${names[i]} was here`,
        }) as Promise<NewMessage>,
    );
    server = await startProcess({ ...env, PORT: port });
    const acks = await Promise.all(sent);
    const log = await readAll(server.url);
    expect(log.map(({ message }) => message).sort()).toEqual(names.map((name) => `${name} was here`));
    expect(log).toEqual([...acks].sort((a, b) => a.seq - b.seq));
    clients.forEach(({ socket }) => socket.disconnect());
    await server.end('SIGTERM');
  });

  it('are refused if their ids are not UUIDs, rather than stored as one', async () => {
    const server = await startProcess(env);
    const clients = ['Anna', 'Boris'].map(() => openClient(server.url));
    const sent = clients.map(({ socket }) =>
      socket.emitWithAck('new_message', { id: 'undefined-0', message: 'x' }),
    );
    for (const answer of await Promise.all(sent)) expect(answer).toMatchObject({ status: 400 });
    clients.forEach(({ socket }) => socket.disconnect());
    await server.end('SIGTERM');
  });
});
