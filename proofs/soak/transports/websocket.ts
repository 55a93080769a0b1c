import WebSocket, { type RawData } from 'ws';
import { kindOf } from '../../../server/entry-kinds';
import type { NewMessage, Reset } from '../../../server/wire';
import {
  ANSWER_TIMEOUT_MS,
  QUIET_ROOM,
  SILENCE_MS,
  withTimeout,
  type CloseReason,
  type ErrorAnswer,
  type OpenReader,
  type OpenWriter,
} from './transport';

type Frame =
  | NewMessage
  | Reset
  | { type: 'ack'; id?: string; answer: unknown }
  | ({ type: 'error'; id?: string } & ErrorAnswer)
  | { type: 'presence' };

/** Reads over `/ws`, in JSON frames. */
export const readWebSocket: OpenReader = (url, room, after, handlers) => {
  const { socket, closed, pending } = connect(`${url}/ws?${new URLSearchParams({ room, after })}`);
  let isClosed = false;
  socket.on('message', (data) => {
    if (isClosed) return;
    const frame = JSON.parse(decode(data)) as Frame;
    if (kindOf(frame.type)) handlers.onMessage(frame as NewMessage);
    else if (frame.type === 'reset') handlers.onReset(frame);
    else settleAnswer(pending, frame);
  });
  return {
    closed,
    join: async (next, cursor) => {
      const frame = { type: 'join', room: next, after: cursor, id: next };
      const answer = await request(socket, pending, frame);
      if (typeof answer === 'object' && answer && 'error' in answer) throw new Error(JSON.stringify(answer));
    },
    close: () => {
      isClosed = true;
      socket.terminate();
    },
  };
};

/** Writes over `/ws`, in JSON frames. */
export const writeWebSocket: OpenWriter = async (url) => {
  const { socket, pending } = connect(`${url}/ws?room=${QUIET_ROOM}`);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('close', reject));
  socket.on('message', (data) => {
    // Parse only answers; a writer does not need the other events.
    const frame = decode(data);
    if (frame.startsWith('{"type":"ack"') || frame.startsWith('{"type":"error"')) {
      settleAnswer(pending, JSON.parse(frame) as Frame);
    }
  });
  return {
    send: (draft) =>
      request(socket, pending, { type: 'new_message', ...draft }) as Promise<NewMessage | ErrorAnswer>,
    close: () => socket.terminate(),
  };
};

type RequestFrame = { type: string; id: string; room?: string; after?: string };
/** Requests in flight, by id; those with the same id in the order in which they were sent. */
type PendingAnswers = Map<string, { resolve: (answer: unknown) => void; reject: (error: Error) => void }[]>;

function connect(url: string): { socket: WebSocket; pending: PendingAnswers; closed: Promise<CloseReason> } {
  const socket = new WebSocket(url.replace('http', 'ws'), 'json', { handshakeTimeout: ANSWER_TIMEOUT_MS });
  const pending: PendingAnswers = new Map();
  const reason: CloseReason = {};
  // TCP does not report a half-open connection to a client that only reads, so watch the server's pings.
  const silence = setTimeout(() => socket.terminate(), SILENCE_MS);
  socket.on('ping', () => silence.refresh());
  socket.on('unexpected-response', (_request, response) => {
    reason.status = response.statusCode!;
    socket.terminate();
  });
  socket.on('error', (error) => (reason.error ??= error.message));
  const closed = new Promise<CloseReason>((resolve) =>
    socket.on('close', (code, text) => {
      clearTimeout(silence);
      reason.error ??= `${code} ${String(text)}`;
      pending.forEach((all) => all.forEach(({ reject }) => reject(new Error('The socket was closed.'))));
      pending.clear();
      resolve(reason);
    }),
  );
  return { socket, pending, closed };
}

async function request(socket: WebSocket, pending: PendingAnswers, frame: RequestFrame): Promise<unknown> {
  if (socket.readyState !== WebSocket.OPEN) throw new Error('The socket is closed.');
  const answer = new Promise((resolve, reject) => {
    const queue = pending.get(frame.id) ?? [];
    pending.set(frame.id, queue);
    queue.push({ resolve, reject });
  });
  socket.send(JSON.stringify(frame));
  return withTimeout(ANSWER_TIMEOUT_MS, frame.type, answer);
}

function settleAnswer(pending: PendingAnswers, frame: Frame): void {
  if (frame.type !== 'ack' && frame.type !== 'error') return;
  const queue = pending.get(frame.id ?? '');
  queue?.shift()?.resolve(frame.type === 'ack' ? frame.answer : frame);
  if (queue?.length === 0) pending.delete(frame.id ?? '');
}

/** Decodes a message; with its default `binaryType`, `ws` passes a Buffer. */
function decode(data: RawData): string {
  return (data as Buffer).toString();
}
