import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { frame } from '../../../__tests__/support/raw';
import { QUIET_ROOM } from '../../soak/transports/transport';
import { findOccurrences, inBatches, open, waitUntilQuiet } from './raw-client';

/** Transports with acknowledgements. */
export type WriteTransport = 'socketio' | 'ws' | 'post';

export interface AppendsLoad {
  port: number;
  transport: WriteTransport;
  senders: number;
  /** Messages in flight for each sender. */
  window: number;
  seconds: number;
  /** How many rooms the messages are spread over. */
  rooms: number;
}

export interface AppendsResult {
  acknowledged: number;
  elapsedSeconds: number;
  /** From sending to the acknowledgement, in ms. */
  latencies: number[];
}

const WARM_UP_SECONDS = 1;
const TEXT = 'x'.repeat(100);

/** How many chunks all senders have received. */
let receivedChunks = 0;

/** The state that the senders of a load share. */
interface Run {
  load: AppendsLoad;
  createBody: () => object;
  latencies: number[];
  isEnding: boolean;
}

/** Senders that each keep a number of messages in flight until they are acknowledged. */
export async function appends(load: AppendsLoad, ready: () => void): Promise<AppendsResult> {
  let created = 0;
  const createBody = (): object => ({
    id: randomUUID(),
    room: load.rooms > 1 ? `room-${(created += 1) % load.rooms}` : 'appends',
    message: TEXT,
  });
  const run: Run = { load, createBody, latencies: [], isEnding: false };
  const senders: (() => Promise<void>)[] = [];
  const { transport } = load;
  await inBatches(load.senders, async () => {
    senders.push(transport === 'post' ? createHttpSender(run) : await openFrameSender(transport, run));
  });
  await waitUntilQuiet(() => receivedChunks);
  let startedAt = performance.now();
  setTimeout(() => {
    run.latencies.length = 0;
    startedAt = performance.now();
    ready();
    setTimeout(() => (run.isEnding = true), load.seconds * 1_000);
  }, WARM_UP_SECONDS * 1_000);
  await Promise.all(senders.map((send) => send()));
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  return { acknowledged: run.latencies.length, elapsedSeconds, latencies: run.latencies };
}

/** Opens a connection. @returns a function that sends until the end of the run. */
async function openFrameSender(transport: 'socketio' | 'ws', run: Run): Promise<() => Promise<void>> {
  const { port, window } = run.load;
  const sentAt: number[] = [];
  let acknowledged = 0;
  let acknowledgedNow = 0;
  let resolveFinished = (): void => undefined;
  const createFrame = (): Buffer =>
    transport === 'ws'
      ? frame('text', JSON.stringify({ type: 'new_message', ...run.createBody() }))
      : frame('text', `42${sentAt.length}${JSON.stringify(['new_message', run.createBody()])}`);
  const send = (count: number): void => {
    const now = performance.now();
    const frames = Array.from({ length: count }, () => {
      const next = createFrame();
      sentAt.push(now);
      return next;
    });
    socket.write(Buffer.concat(frames));
  };
  // Each acknowledgement contains the message, which has one `"at"`.
  const findAcknowledgements = findOccurrences('"at":"', () => (acknowledgedNow += 1));
  const socket = await open(
    port,
    transport === 'ws' ? 'json' : 'socketio',
    (size) => {
      findAcknowledgements(size);
      receivedChunks += 1;
      const now = performance.now();
      const count = acknowledgedNow;
      acknowledgedNow = 0;
      for (let i = 0; i < count; i += 1, acknowledged += 1) run.latencies.push(now - sentAt[acknowledged]!);
      if (count > 0 && !run.isEnding) send(count);
      if (run.isEnding && acknowledged === sentAt.length) resolveFinished();
    },
    transport === 'ws'
      ? { query: `room=${QUIET_ROOM}` }
      : { greeting: frame('text', `40${JSON.stringify({ room: QUIET_ROOM })}`) },
  );
  return () =>
    new Promise((resolve) => {
      resolveFinished = resolve;
      send(window);
    });
}

/** @returns a function that sends requests until the end of the run, one after the other. */
function createHttpSender(run: Run): () => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { port } = run.load;
  const send = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(run.createBody());
      const headers = { 'Content-Type': 'application/json', 'Content-Length': text.length };
      request({ host: '127.0.0.1', port, path: '/messages', method: 'POST', agent, headers })
        .on('error', reject)
        .on('response', (response) => response.resume().on('end', resolve))
        .end(text);
    });
  return async () => {
    while (!run.isEnding) {
      const startedAt = performance.now();
      await send();
      run.latencies.push(performance.now() - startedAt);
    }
    agent.destroy();
  };
}
