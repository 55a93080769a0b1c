import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { masked } from './protocols';
import { inBatches, occurrences, open, quiet, sorted } from './raw-client';

/** How something is said, so that it is acknowledged. */
export type Way = 'socketio' | 'ws' | 'post';

export interface Appends {
  port: number;
  way: Way;
  senders: number;
  /** Messages in flight for each of them. */
  window: number;
  seconds: number;
  /** Over how many rooms they are spread. */
  rooms: number;
}

export interface Appended {
  acknowledged: number;
  elapsed: number;
  /** From sending to the acknowledgement, in ms, sorted. */
  latencies: number[];
}

/** How long messages are sent before the measuring begins, in s. */
const WARMING = 1;
const TEXT = 'x'.repeat(100);
/** The senders are in a room where nothing is said: what they are sent is acknowledgements. */
const ELSEWHERE = 'elsewhere';

/** How often something was heard. */
let heard = 0;

/** Senders who each keep a number of messages in flight until they are acknowledged. */
export async function appends(load: Appends, ready: () => void): Promise<Appended> {
  let sent = 0;
  const body = (): object => ({
    id: randomUUID(),
    room: load.rooms > 1 ? `room-${(sent += 1) % load.rooms}` : 'appends',
    message: TEXT,
  });
  const latencies: number[] = [];
  let ending = false;
  const senders: (() => Promise<void>)[] = [];
  const { way } = load;
  await inBatches(load.senders, async () => {
    senders.push(
      way === 'post'
        ? post(load, body, latencies, () => ending)
        : await frames(way, load, body, latencies, () => ending),
    );
  });
  await quiet(() => heard);
  let begin = performance.now();
  // What is slow only at first is not what is measured.
  setTimeout(() => {
    latencies.length = 0;
    begin = performance.now();
    ready();
    setTimeout(() => (ending = true), load.seconds * 1_000);
  }, WARMING * 1_000);
  await Promise.all(senders.map((write) => write()));
  const elapsed = (performance.now() - begin) / 1_000;
  return { acknowledged: latencies.length, elapsed, latencies: sorted(latencies) };
}

async function frames(
  way: 'socketio' | 'ws',
  { port, window }: Appends,
  body: () => object,
  latencies: number[],
  ending: () => boolean,
): Promise<() => Promise<void>> {
  const sentAt: number[] = [];
  let done = 0;
  let back = 0;
  let finish = (): void => undefined;
  const frame = (): Buffer =>
    way === 'ws'
      ? masked(JSON.stringify({ type: 'new_message', ...body() }))
      : masked(`42${sentAt.length}${JSON.stringify(['new_message', body()])}`);
  const send = (count: number): void => {
    const now = performance.now();
    const all = Array.from({ length: count }, () => {
      const one = frame();
      sentAt.push(now);
      return one;
    });
    socket.write(Buffer.concat(all));
  };
  // Each acknowledgement is the message, which has one `"at"`.
  const look = occurrences('"at":"', () => (back += 1));
  const socket: Socket = await open(
    port,
    way === 'ws' ? 'json' : 'socketio',
    (size) => {
      look(size);
      heard += 1;
      const now = performance.now();
      const fresh = back;
      for (; back > 0; back -= 1, done += 1) latencies.push(now - sentAt[done]!);
      if (fresh > 0 && !ending()) send(fresh);
      if (ending() && done === sentAt.length) finish();
    },
    way === 'ws'
      ? { query: `room=${ELSEWHERE}` }
      : { greeting: masked(`40${JSON.stringify({ room: ELSEWHERE })}`) },
  );
  return () =>
    new Promise((resolve) => {
      finish = resolve;
      send(window);
    });
}

function post(
  { port }: Appends,
  body: () => object,
  latencies: number[],
  ending: () => boolean,
): () => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(body());
      const headers = { 'Content-Type': 'application/json', 'Content-Length': text.length };
      const asking = request({ host: '127.0.0.1', port, path: '/messages', method: 'POST', agent, headers });
      asking.on('error', reject).on('response', (response) => response.resume().on('end', resolve));
      asking.end(text);
    });
  return async () => {
    while (!ending()) {
      const begin = performance.now();
      await send();
      latencies.push(performance.now() - begin);
    }
    agent.destroy();
  };
}
