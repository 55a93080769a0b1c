import { Agent, request } from 'node:http';
import { io, type Socket } from 'socket.io-client';
import { sorted } from './raw-client';

export interface Behave {
  port: number;
  /** The room that is read. */
  room: string;
  seconds: number;
}

export interface Behaved {
  /** From a request to the end of its answer, and from a message to its acknowledgement, in ms, sorted. */
  answered: number[];
  acknowledged: number[];
  /** How many of them were refused; their times are not among the others. */
  refused: number;
}

/** How often a page is read and a message sent, in ms, and how many visitors send in turn: each within its limits. */
const READ_EVERY = 50;
const SEND_EVERY = 100;
const SENDERS = 4;
/** How long an acknowledgement is waited for, in ms. */
const PATIENCE = 10_000;
/** How long this goes on before the measuring begins, in ms. */
const WARMING = 2_000;

/** Reads and writes at a steady pace, whether or not the last answer has come: a wait is counted for all who have it. */
export async function behave({ port, room, seconds }: Behave, ready: () => void): Promise<Behaved> {
  const agent = new Agent({ keepAlive: true });
  const senders = Array.from({ length: SENDERS }, () =>
    io(`http://127.0.0.1:${port}`, {
      forceNew: true,
      transports: ['websocket'],
      auth: { room: 'elsewhere' },
    }),
  );
  const seen: Behaved = { answered: [], acknowledged: [], refused: 0 };
  const under = new Set<Promise<void>>();
  let measuring = false;
  const time = (times: number[], work: Promise<boolean>): void => {
    const begin = performance.now();
    const counts = measuring;
    const done = work.then((isAllowed) => {
      if (counts && isAllowed) times.push(performance.now() - begin);
      else if (counts) seen.refused += 1;
    });
    under.add(done);
    void done.finally(() => under.delete(done));
  };
  const reading = setInterval(() => time(seen.answered, read(agent, port, room)), READ_EVERY);
  let turn = 0;
  const sending = setInterval(
    () => time(seen.acknowledged, send(senders[(turn += 1) % SENDERS]!)),
    SEND_EVERY,
  );
  await new Promise((resolve) => setTimeout(resolve, WARMING));
  measuring = true;
  ready();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  clearInterval(reading);
  clearInterval(sending);
  await Promise.all(under);
  return { ...seen, answered: sorted(seen.answered), acknowledged: sorted(seen.acknowledged) };
}

/** @returns whether it was answered, and not refused. */
function read(agent: Agent, port: number, room: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const path = `/messages?room=${room}&last=20`;
    request({ host: '127.0.0.1', port, path, agent }, (response) =>
      response.resume().on('end', () => resolve(response.statusCode === 200)),
    )
      .on('error', reject)
      .end();
  });
}

/** @returns whether it was acknowledged: not if the connection is refused, or the message. */
async function send(socket: Socket): Promise<boolean> {
  try {
    const message = { room: 'lobby', message: 'Hello.' };
    const answer = (await socket.timeout(PATIENCE).emitWithAck('new_message', message)) as object;
    return !('error' in answer);
  } catch {
    return false;
  }
}
