import type { ErrorBody, NewMessage } from '../../server/wire';
import { postJson } from './http';
import { connect } from './socket';
import { openPeer } from './ws';

/** A message to be sent. */
export interface MessageDraft {
  id: string;
  room: string;
  message: string;
}

/** A writer on one transport. `write` returns the stored message or the error. */
export interface Writer {
  write: (draft: MessageDraft) => Promise<NewMessage | ErrorBody>;
  close: () => void;
}

const socketIo =
  (...transports: string[]) =>
  async (url: string): Promise<Writer> => {
    const { socket } = await connect(url, { transports });
    return {
      write: (draft) => socket.emitWithAck('new_message', draft) as Promise<NewMessage | ErrorBody>,
      close: () => socket.disconnect(),
    };
  };

/** All ways to send a message except HTML forms, whose response is not a message; see `room.test.ts`. */
export const WRITERS: Record<string, (url: string) => Promise<Writer>> = {
  'Socket.IO over WebSocket': socketIo('websocket'),
  'Socket.IO over polling': socketIo('polling'),
  'WebSocket (json)': async (url) => {
    const peer = await openPeer(url, '/ws', 'json');
    /** The requests without an answer, oldest first. */
    const pending: { id: unknown; resolve: (answer: NewMessage | ErrorBody) => void }[] = [];
    peer.socket.on('message', () => {
      const { type, id, answer, ...error } = peer.frames.at(-1)!;
      if (type !== 'ack' && type !== 'error') return;
      const [request] = pending.splice(
        pending.findIndex((other) => other.id === id),
        1,
      );
      request?.resolve((answer ?? error) as NewMessage | ErrorBody);
    });
    return {
      write: (draft) =>
        new Promise((resolve) => {
          pending.push({ id: draft.id, resolve });
          peer.send({ type: 'new_message', ...draft });
        }),
      close: () => peer.socket.terminate(),
    };
  },
  'POST /messages': async (url) => ({
    write: async (draft) => (await postJson<NewMessage | ErrorBody>(`${url}/messages`, draft)).body,
    close: () => undefined,
  }),
};
