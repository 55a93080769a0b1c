import { masked, type DialectName } from './protocols';
import { occurrences, open, quiet, sorted } from './raw-client';

export interface Joins {
  port: number;
  reads: DialectName;
  connections: number;
  /** How many of them come at once. */
  atOnce: number;
  /** Where they begin: what a client says in its query or handshake. */
  start: { room: string; last?: string; after?: string };
  /** How many messages each of them waits for. */
  messages: number;
}

export interface Joined {
  /** From connecting to the last of the messages, in ms, sorted. */
  latencies: number[];
  /** From the first connecting to the last message of the last, in s. */
  elapsed: number;
}

/** Readers who come and read what there is for them. */
export async function joins(load: Joins, ready: () => void): Promise<Joined> {
  const latencies: number[] = [];
  ready();
  const begin = performance.now();
  for (let n = 0; n < load.connections; n += load.atOnce) {
    const batch = Math.min(load.atOnce, load.connections - n);
    await Promise.all(Array.from({ length: batch }, async () => latencies.push(await join(load))));
  }
  const elapsed = (performance.now() - begin) / 1_000;
  await quiet(() => latencies.length);
  return { latencies: sorted(latencies), elapsed };
}

async function join({ port, reads, start, messages }: Joins): Promise<number> {
  const begin = performance.now();
  let come = 0;
  let whole = (): void => undefined;
  const finished = new Promise<void>((resolve) => (whole = resolve));
  const look = occurrences('"message":"', () => (come += 1) === messages && whole());
  const socket = await open(
    port,
    reads,
    look,
    reads === 'socketio'
      ? { greeting: masked(`40${JSON.stringify(start)}`) }
      : { query: String(new URLSearchParams(start)) },
  );
  await finished;
  const took = performance.now() - begin;
  socket.destroy();
  return took;
}
