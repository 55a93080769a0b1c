import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { DIALECTS, masked } from './protocols';

export type Attack = keyof typeof ATTACKS;

export interface Hostile {
  port: number;
  attack: Attack;
  /** The room that is read. */
  room: string;
  /** Whether it comes from 127.0.0.1, as the well-behaved client does; else each lane has an address of its own. */
  same: boolean;
}

/** One client: it does the same on and on, and comes back when it is put out. */
interface Lane {
  port: number;
  room: string;
  localAddress: string;
  agent: Agent;
}

const FILLER = 'x'.repeat(63 * 1024);
/** How many frames are written at once. */
const BATCH = 50;
/** A pause after an attempt that failed at once, in ms: an attacker's processor is not what is measured. */
const FAILED = 20;

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** What each client does in a turn, and how many of them there are. */
const ATTACKS = {
  pages: [4, (lane: Lane) => ask(lane, 'GET', `/messages?room=${lane.room}&limit=500&after=earliest`)],
  replays: [10, replay],
  typing: [8, typing],
  names: [8, flood('/username', '{"username":"admin"}', 'change_username', { username: 'admin' })],
  json: [8, flood('/messages', '{"message":', '{"type":', undefined)],
  messages: [
    8,
    flood('/messages', '{"room":"flood","message":"x"}', 'new_message', { room: 'flood', message: 'x' }),
  ],
} as const satisfies Record<string, readonly [number, (lane: Lane, n: number) => Promise<unknown>]>;

/** Attacks a server until the process is ended. */
export async function hostile({ port, attack, room, same }: Hostile, ready: () => void): Promise<never> {
  // The well-behaved client has the same processor: its times are not to be those of this process.
  setPriority(10);
  const [lanes, turn] = ATTACKS[attack];
  ready();
  const work = Array.from({ length: lanes }, async (_, n) => {
    const localAddress = `127.0.0.${same ? 1 : n + 2}`;
    const lane = { port, room, localAddress, agent: new Agent({ keepAlive: true, localAddress }) };
    for (;;) {
      const begin = performance.now();
      await turn(lane, n).catch(() => undefined);
      await pause(performance.now() - begin < 1 ? FAILED : 0);
    }
  });
  return (await Promise.all(work))[0]!;
}

/** Sends a request and reads its answer. */
function ask(
  { port, agent }: Lane,
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, agent, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (chunk: string) => (text = (text + chunk).slice(0, 1_000)));
      response.on('end', () => resolve(text)).on('error', reject);
    });
    asking.on('error', reject).end(body);
  });
}

/** Reads a room from the earliest on; at the end of its history, or when it is refused, it is over. */
async function replay({ port, room, localAddress }: Lane): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.write(DIALECTS.sse.handshake(`127.0.0.1:${port}`, `room=${room}&after=earliest`));
  let last = performance.now();
  socket.on('data', () => (last = performance.now())).on('error', () => undefined);
  while (!socket.closed && performance.now() - last < 100) await pause(20);
  socket.destroy();
}

/** Opens a session over polling and posts packets of 64 KB. */
async function typing(lane: Lane): Promise<void> {
  const path = '/socket.io/?EIO=4&transport=polling';
  const [, sid] = /"sid":"([^"]+)"/.exec(await ask(lane, 'GET', path)) ?? [];
  const post = (packet: string) =>
    ask(lane, 'POST', `${path}&sid=${sid}`, packet, { 'Content-Type': 'text/plain' });
  let answer = await post('40');
  const packet = `42${JSON.stringify(['typing', { filler: FILLER }])}`;
  while (answer === 'ok') answer = await post(packet);
}

/** Sends the same on and on: over HTTP on one half of the lanes, and over /ws on the other as fast as it is read. */
function flood(path: string, body: string, type: string, payload: object | undefined) {
  const frame = masked(payload ? JSON.stringify({ type, ...payload }) : type);
  const frames = Buffer.concat(Array.from({ length: BATCH }, () => frame));
  return async (lane: Lane, n: number): Promise<void> => {
    if (n % 2) return void (await ask(lane, 'POST', path, body, JSON_TYPE));
    const socket = await upgrade(lane);
    while (!socket.closed) {
      if (socket.write(frames)) await pause(1);
      else await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    }
  };
}

async function upgrade({ port, localAddress }: Lane): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined).resume();
  socket.write(DIALECTS.json.handshake(`127.0.0.1:${port}`, ''));
  await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  return socket;
}
