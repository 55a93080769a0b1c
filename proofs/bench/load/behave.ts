import { Agent, request } from 'node:http';
import { io, type Socket } from 'socket.io-client';
import { ANSWER_TIMEOUT_MS, QUIET_ROOM } from '../../soak/transports/transport';

export interface BehaveLoad {
  port: number;
  /** The room that is read. */
  room: string;
  seconds: number;
}

export interface BehaveResult {
  /** From a request to the end of its response, in ms. */
  answered: number[];
  /** From a message to its acknowledgement, in ms. */
  acknowledged: number[];
  /** How many requests and messages were refused; their latencies are not included. */
  refused: number;
}

/** How often a page is read and a message sent, in ms, and how many visitors send in turn: each within its rate limits. */
const READ_INTERVAL_MS = 50;
const SEND_INTERVAL_MS = 100;
const SENDERS = 4;
const WARM_UP_MS = 2_000;

/**
 * Reads and writes at a constant rate, whether or not the last answer has arrived: otherwise, a stall would delay the
 * requests that it affects, and be measured only once.
 */
export async function behave({ port, room, seconds }: BehaveLoad, ready: () => void): Promise<BehaveResult> {
  const agent = new Agent({ keepAlive: true });
  const senders = Array.from({ length: SENDERS }, () =>
    io(`http://127.0.0.1:${port}`, {
      forceNew: true,
      transports: ['websocket'],
      auth: { room: QUIET_ROOM },
    }),
  );
  const result: BehaveResult = { answered: [], acknowledged: [], refused: 0 };
  const pending = new Set<Promise<void>>();
  let isMeasuring = false;
  const measure = (latencies: number[], work: Promise<boolean>): void => {
    const startedAt = performance.now();
    const isMeasured = isMeasuring;
    const done = work.then((isAllowed) => {
      if (isMeasured && isAllowed) latencies.push(performance.now() - startedAt);
      else if (isMeasured) result.refused += 1;
    });
    pending.add(done);
    void done.finally(() => pending.delete(done));
  };
  const readTimer = setInterval(
    () => measure(result.answered, readPage(agent, port, room)),
    READ_INTERVAL_MS,
  );
  let turn = 0;
  const sendTimer = setInterval(
    () => measure(result.acknowledged, send(senders[(turn += 1) % SENDERS]!)),
    SEND_INTERVAL_MS,
  );
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
  isMeasuring = true;
  ready();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  clearInterval(readTimer);
  clearInterval(sendTimer);
  await Promise.all(pending);
  return result;
}

/** @returns whether the read was allowed. */
function readPage(agent: Agent, port: number, room: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const path = `/messages?room=${room}&last=20`;
    request({ host: '127.0.0.1', port, path, agent }, (response) =>
      response.resume().on('end', () => resolve(response.statusCode === 200)),
    )
      .on('error', reject)
      .end();
  });
}

/** @returns whether the message was acknowledged; not if the connection or the message was refused. */
async function send(socket: Socket): Promise<boolean> {
  try {
    const message = { room: 'lobby', message: 'Hello.' };
    const answer = (await socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck('new_message', message)) as object;
    return !('error' in answer);
  } catch {
    return false;
  }
}
