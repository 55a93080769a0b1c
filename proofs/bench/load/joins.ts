import { frame } from '../../../__tests__/support/raw';
import { type ProtocolName } from './protocols';
import { findOccurrences, open, waitUntilQuiet } from './raw-client';

export interface JoinsLoad {
  port: number;
  reads: ProtocolName;
  connections: number;
  /** How many readers connect at once. */
  atOnce: number;
  /** Where the readers start: the parameters of the query or handshake. */
  start: { room: string; last?: string; after?: string };
  /** How many messages each reader waits for. */
  messages: number;
}

export interface JoinsResult {
  /** From connecting to the last of the messages, in ms. */
  latencies: number[];
  /** From the first connect to the last message of the last reader. */
  elapsedSeconds: number;
}

/** Readers that connect, and receive the messages that exist. */
export async function joins(load: JoinsLoad, ready: () => void): Promise<JoinsResult> {
  const latencies: number[] = [];
  ready();
  const startedAt = performance.now();
  for (let n = 0; n < load.connections; n += load.atOnce) {
    const batch = Math.min(load.atOnce, load.connections - n);
    await Promise.all(Array.from({ length: batch }, async () => latencies.push(await join(load))));
  }
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  await waitUntilQuiet(() => latencies.length);
  return { latencies, elapsedSeconds };
}

/** Connects and waits for the messages. @returns how long it took, in ms. */
async function join({ port, reads, start, messages }: JoinsLoad): Promise<number> {
  const startedAt = performance.now();
  let received = 0;
  let resolveReceived = (): void => undefined;
  const allReceived = new Promise<void>((resolve) => (resolveReceived = resolve));
  const onBytes = findOccurrences('"message":"', () => (received += 1) === messages && resolveReceived());
  const socket = await open(
    port,
    reads,
    onBytes,
    reads === 'socketio'
      ? { greeting: frame('text', `40${JSON.stringify(start)}`) }
      : { query: String(new URLSearchParams(start)) },
  );
  await allReceived;
  const latency = performance.now() - startedAt;
  socket.destroy();
  return latency;
}
