import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { MESSAGES_PER_SECOND } from './fan-out';
import { findSenders, MarkedSender, openingOf } from './marked-sender';
import { inBatches, open, waitUntilQuiet } from './raw-client';

export interface NodesLoad {
  /** The ports of the nodes. Senders are spread over them, and each room is read on all of them. */
  ports: readonly number[];
  protocol: 'json' | 'socketio';
  rooms: number;
  senders: number;
  /** Messages in flight for each sender; with 0, all senders together send {@link MESSAGES_PER_SECOND}. */
  window: number;
  seconds: number;
}

export interface NodesResult {
  acknowledged: number;
  /** Between the last acknowledgements before and in the measurement. */
  elapsedSeconds: number;
  /** From sending a message to receiving it, on each node, in ms. */
  latencies: number[];
  /** The share of the expected deliveries. */
  complete: number;
}

const WARM_UP_SECONDS = 1;
/** How long the last deliveries may take, in s. */
const LAST_DELIVERIES_SECONDS = 5;

/** Senders that wait for acknowledgements, and readers of the same rooms on every node. */
export async function nodes(load: NodesLoad, ready: () => void): Promise<NodesResult> {
  const { ports, protocol, rooms, window, seconds } = load;
  // Nothing of an earlier load is in them.
  const names = Array.from({ length: rooms }, () => randomUUID());
  const senders: MarkedSender[] = [];
  await inBatches(load.senders, async (n) => {
    senders[n] = await MarkedSender.open(ports[n % ports.length]!, protocol, names[n % rooms]!, n, window);
  });
  let latencies: number[] = [];
  let delivered = 0;
  await inBatches(rooms * ports.length, (n) => {
    const received = new Uint32Array(senders.length);
    const find = findSenders((sender) => {
      delivered += 1;
      // A sender's messages are delivered in the order in which they were sent.
      const sentAt = senders[sender]!.sentAt[received[sender]!++]!;
      latencies.push(performance.now() - sentAt);
    });
    return open(ports[Math.floor(n / rooms)]!, protocol, find, openingOf(protocol, names[n % rooms]!));
  });
  await waitUntilQuiet(() => delivered);

  let next = 0;
  if (window > 0) senders.forEach((sender) => sender.send(window));
  const timer =
    window === 0
      ? setInterval(() => senders[next++ % senders.length]!.send(1), 1_000 / MESSAGES_PER_SECOND)
      : undefined;
  const acknowledged = (): number => senders.reduce((total, sender) => total + sender.acknowledged, 0);
  // Acknowledgements come by the hundred, so time is taken where some have come.
  const lastAt = (): number => Math.max(...senders.map(({ acknowledgedAt }) => acknowledgedAt));
  await pause(WARM_UP_SECONDS * 1_000);
  ready();
  latencies = [];
  const [startedAt, before] = [lastAt(), acknowledged()];
  await pause(seconds * 1_000);
  const result = {
    acknowledged: acknowledged() - before,
    elapsedSeconds: (lastAt() - startedAt) / 1_000,
  };

  clearInterval(timer);
  await Promise.all(senders.map((sender) => sender.end()));
  const expected = acknowledged() * ports.length;
  for (let waited = 0; delivered < expected && waited < LAST_DELIVERIES_SECONDS * 100; waited += 1)
    await pause(10);
  return { ...result, latencies, complete: delivered / expected };
}
