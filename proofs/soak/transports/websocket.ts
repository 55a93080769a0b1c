import WebSocket, { type RawData } from 'ws';
import { kindOf } from '../../../server/entry-kinds';
import type { NewMessage, Reset } from '../../../server/wire';
import { ELSEWHERE, PATIENCE, within, type Ending, type No, type Read, type Write } from './transport';

/** How long the server may be silent, in ms. */
const SILENCE = 45_000;

type Frame =
  | NewMessage
  | Reset
  | { type: 'ack'; id?: string; answer: unknown }
  | ({ type: 'error'; id?: string } & No)
  | { type: 'presence' };

/** Reads over `/ws`, in JSON frames. */
export const webSocket: Read = (url, room, after, sink) => {
  const { socket, ended, asked } = connect(`${url}/ws?${new URLSearchParams({ room, after })}`);
  let closed = false;
  socket.on('message', (data) => {
    if (closed) return;
    const frame = JSON.parse(text(data)) as Frame;
    if (kindOf(frame.type)) sink.message(frame as NewMessage);
    else if (frame.type === 'reset') sink.reset(frame);
    else settle(asked, frame);
  });
  return {
    ended,
    hop: async (next, cursor) => {
      const answer = await ask(socket, asked, { type: 'join', room: next, after: cursor, id: next });
      if (typeof answer === 'object' && answer && 'error' in answer) throw new Error(JSON.stringify(answer));
    },
    close: () => {
      closed = true;
      socket.terminate();
    },
  };
};

/** Writes over `/ws`, in JSON frames. */
export const writeWebSocket: Write = async (url) => {
  const { socket, asked } = connect(`${url}/ws?room=${ELSEWHERE}`);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('close', reject));
  socket.on('message', (data) => {
    // Who writes hears the room as well, and is here for the answers alone.
    const frame = text(data);
    if (frame.startsWith('{"type":"ack"') || frame.startsWith('{"type":"error"')) {
      settle(asked, JSON.parse(frame) as Frame);
    }
  });
  return {
    send: (draft) => ask(socket, asked, { type: 'new_message', ...draft }) as Promise<NewMessage | No>,
    close: () => socket.terminate(),
  };
};

type Asked = { type: string; id: string; room?: string; after?: string };
type Waiting = Map<string, { resolve: (answer: unknown) => void; reject: (error: Error) => void }[]>;

function connect(url: string): { socket: WebSocket; asked: Waiting; ended: Promise<Ending> } {
  const socket = new WebSocket(url.replace('http', 'ws'), 'json', { handshakeTimeout: PATIENCE });
  const asked: Waiting = new Map();
  const ending: Ending = {};
  // The server pings every 20 s: a line on which that does not come is dead, which nobody else would say.
  const silence = setTimeout(() => socket.terminate(), SILENCE);
  socket.on('ping', () => silence.refresh());
  socket.on('unexpected-response', (_request, response) => {
    ending.status = response.statusCode!;
    socket.terminate();
  });
  socket.on('error', (error) => (ending.error ??= error.message));
  const ended = new Promise<Ending>((resolve) =>
    socket.on('close', (code, reason) => {
      clearTimeout(silence);
      ending.error ??= `${code} ${String(reason)}`;
      asked.forEach((all) => all.forEach(({ reject }) => reject(new Error('The socket was closed.'))));
      asked.clear();
      resolve(ending);
    }),
  );
  return { socket, asked, ended };
}

/** Answers come in the order they were asked for, where two have one id. */
async function ask(socket: WebSocket, asked: Waiting, frame: Asked): Promise<unknown> {
  if (socket.readyState !== WebSocket.OPEN) throw new Error('The socket is closed.');
  const answer = new Promise((resolve, reject) => {
    const waiting = asked.get(frame.id) ?? [];
    asked.set(frame.id, waiting);
    waiting.push({ resolve, reject });
  });
  socket.send(JSON.stringify(frame));
  return within(PATIENCE, frame.type, answer);
}

function settle(asked: Waiting, frame: Frame): void {
  if (frame.type !== 'ack' && frame.type !== 'error') return;
  const waiting = asked.get(frame.id ?? '');
  waiting?.shift()?.resolve(frame.type === 'ack' ? frame.answer : frame);
  if (waiting?.length === 0) asked.delete(frame.id ?? '');
}

/** `ws` hands over a buffer, unless it is told to do otherwise. */
function text(data: RawData): string {
  return (data as Buffer).toString();
}
