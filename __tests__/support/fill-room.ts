import { randomUUID } from 'node:crypto';
import { openPeer } from './ws';

/** How many messages are sent before the next ones wait for an acknowledgement: few enough to be read at once, if long. */
const BATCH = 20;

/**
 * Stores many messages in a room of a running server, in order. A WebSocket takes a fraction of the time of as many
 * requests.
 * @param textOf returns the text of the message at an index.
 */
export async function fillRoom(
  url: string,
  room: string,
  count: number,
  textOf: (i: number) => string,
): Promise<void> {
  // In another room, so that it does not read along.
  const peer = await openPeer(url, '/ws?room=elsewhere', 'json');
  for (let sent = 0; sent < count; sent += BATCH) {
    const drafts = Array.from({ length: Math.min(BATCH, count - sent) }, (_, i) => ({
      id: randomUUID(),
      room,
      message: textOf(sent + i),
    }));
    drafts.forEach((draft) => peer.send({ type: 'new_message', ...draft }));
    const answered = peer.next(({ id }) => id === drafts.at(-1)!.id);
    expect(await Promise.race([answered, peer.closed])).toMatchObject({ type: 'ack' });
  }
  peer.socket.close();
  await peer.closed;
}
