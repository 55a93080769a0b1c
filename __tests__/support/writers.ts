import type { ErrorBody, NewMessage } from '../../server/wire';
import { postJson } from './http';
import { connect } from './socket';
import { openPeer } from './ws';

/** The message that a writer sends. */
export interface MessageDraft {
  id: string;
  room: string;
  message: string;
}

/** A writer on one transport. It returns the message, or the refusal. */
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

/** Every way to write into a room, but for forms, whose response is not a message; see `room.test.ts`. */
export const WRITERS: Record<string, (url: string) => Promise<Writer>> = {
  'Socket.IO over WebSocket': socketIo('websocket'),
  'Socket.IO over polling': socketIo('polling'),
  'WebSocket (json)': async (url) => {
    const peer = await openPeer(url, '/ws', 'json');
    /** The requests that wait for the answer to an id, oldest first. */
    const asked: { id: unknown; resolve: (answer: NewMessage | ErrorBody) => void }[] = [];
    peer.socket.on('message', () => {
      const { type, id, answer, ...error } = peer.frames.at(-1)!;
      if (type !== 'ack' && type !== 'error') return;
      const [one] = asked.splice(
        asked.findIndex((other) => other.id === id),
        1,
      );
      one?.resolve((answer ?? error) as NewMessage | ErrorBody);
    });
    return {
      write: (draft) =>
        new Promise((resolve) => {
          asked.push({ id: draft.id, resolve });
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
