import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { MessagePage, NewMessage, Reset } from '../../../server/wire';
import { ask } from './http';
import type { Ending, Read, Sink } from './transport';

/** How long the server holds a long poll that has nothing to tell, in s. */
const HELD = 5;
/** How long a poller waits when there was nothing, in ms. */
const PAUSE = 100;

/** Reads with `GET /messages`, again and again. */
export const poll: Read = (url, room, after, sink) => pages(`${url}/messages`, room, after, sink, {}, PAUSE);

/** Reads with `GET /subscribe`, which answers when there is something. */
export const subscribe: Read = (url, room, after, sink) =>
  pages(`${url}/subscribe`, room, after, sink, { timeout: String(HELD) }, 0);

function pages(
  url: string,
  room: string,
  after: string,
  sink: Sink,
  more: Record<string, string>,
  between: number,
): ReturnType<Read> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let closed = false;
  const read = async (): Promise<Ending> => {
    for (let cursor = after; !closed;) {
      const query = new URLSearchParams({ room, after: cursor, limit: '500', ...more });
      const { status, body } = await ask<MessagePage & Reset & { error?: string }>(`${url}?${query}`, {
        agent,
      });
      if (closed) break;
      if (status === 410) sink.reset(body);
      else if (status !== 200) return { status, error: body.error ?? '' };
      else body.messages.forEach((entry) => sink.message(entry as NewMessage));
      cursor = body.cursor;
      if (body.messages?.length === 0) await pause(between);
    }
    return {};
  };
  return {
    ended: read().catch((error: Error) => ({ error: error.message })),
    close: () => {
      closed = true;
      agent.destroy();
    },
  };
}
