import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { frame } from '../../../__tests__/support/raw';
import { PROTOCOLS } from './protocols';

export type Attack = keyof typeof ATTACKS;

export interface HostileLoad {
  port: number;
  attack: Attack;
  /** The room that is read. */
  room: string;
  /** Whether the attack comes from the address of the well-behaved client; otherwise each client has its own address. */
  sameAddress: boolean;
}

/** A hostile client, which repeats its turn and reconnects when it is disconnected. */
interface Client {
  port: number;
  room: string;
  localAddress: string;
  agent: Agent;
}

const FILLER = 'x'.repeat(63 * 1024);
/** How many frames are written at once. */
const BATCH = 50;
/** The pause after a turn that failed at once, in ms: refusals must not turn into a busy loop of the attacker. */
const FAILURE_PAUSE_MS = 20;
/** A replay has ended when nothing arrives for this time, in ms. */
const REPLAY_IDLE_MS = 100;

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** The number of clients of each attack, and the turn that each of them repeats. */
const ATTACKS = {
  pages: [
    4,
    (client: Client) => exchange(client, 'GET', `/messages?room=${client.room}&limit=500&after=earliest`),
  ],
  replays: [10, replay],
  typing: [8, postTyping],
  names: [
    8,
    createFlood('/username', '{"username":"admin"}', '{"type":"change_username","username":"admin"}'),
  ],
  json: [8, createFlood('/messages', '{"message":', '{"type":')],
  messages: [
    8,
    createFlood(
      '/messages',
      '{"room":"flood","message":"x"}',
      '{"type":"new_message","room":"flood","message":"x"}',
    ),
  ],
} as const satisfies Record<string, readonly [number, (client: Client, n: number) => Promise<unknown>]>;

/** Attacks a server until the process is ended. */
export async function hostile(
  { port, attack, room, sameAddress }: HostileLoad,
  ready: () => void,
): Promise<never> {
  // The well-behaved client runs on the same core, and must not be measured waiting for this process.
  setPriority(10);
  const [clients, runTurn] = ATTACKS[attack];
  ready();
  const running = Array.from({ length: clients }, async (_, n) => {
    const localAddress = `127.0.0.${sameAddress ? 1 : n + 2}`;
    const client = { port, room, localAddress, agent: new Agent({ keepAlive: true, localAddress }) };
    for (;;) {
      const startedAt = performance.now();
      await runTurn(client, n).catch(() => undefined);
      await pause(performance.now() - startedAt < 1 ? FAILURE_PAUSE_MS : 0);
    }
  });
  return (await Promise.all(running))[0]!;
}

/** Sends a request and reads the response. @returns the start of its body. */
function exchange(
  { port, agent }: Client,
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, agent, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (chunk: string) => (text = (text + chunk).slice(0, 1_000)));
      response.on('end', () => resolve(text)).on('error', reject);
    })
      .on('error', reject)
      .end(body);
  });
}

/** Replays a room over SSE, until its head or a refusal. */
async function replay({ port, room, localAddress }: Client): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.write(PROTOCOLS.sse.handshake(`127.0.0.1:${port}`, `room=${room}&after=earliest`));
  let receivedAt = performance.now();
  socket.on('data', () => (receivedAt = performance.now())).on('error', () => undefined);
  while (!socket.closed && performance.now() - receivedAt < REPLAY_IDLE_MS) await pause(20);
  socket.destroy();
}

/** Opens a session over polling, and posts packets of 64 KB until they are refused. */
async function postTyping(client: Client): Promise<void> {
  const path = '/socket.io/?EIO=4&transport=polling';
  const [, sid] = /"sid":"([^"]+)"/.exec(await exchange(client, 'GET', path)) ?? [];
  const post = (packet: string) =>
    exchange(client, 'POST', `${path}&sid=${sid}`, packet, { 'Content-Type': 'text/plain' });
  let answer = await post('40');
  const packet = `42${JSON.stringify(['typing', { filler: FILLER }])}`;
  while (answer === 'ok') answer = await post(packet);
}

/** Creates a turn of a flood: clients with an odd number send a request, the others flood a WebSocket until it closes. */
function createFlood(path: string, body: string, text: string) {
  const frames = Buffer.concat(Array.from({ length: BATCH }, () => frame('text', text)));
  return async (client: Client, n: number): Promise<void> => {
    if (n % 2) return void (await exchange(client, 'POST', path, body, JSON_TYPE));
    const socket = await openWebSocket(client);
    while (!socket.closed) {
      if (socket.write(frames)) await pause(1);
      else await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    }
  };
}

async function openWebSocket({ port, localAddress }: Client): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined).resume();
  socket.write(PROTOCOLS.json.handshake(`127.0.0.1:${port}`, ''));
  await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  return socket;
}
