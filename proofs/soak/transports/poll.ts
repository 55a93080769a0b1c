import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { MessagePage, NewMessage, Reset } from '../../../server/wire';
import { requestJson } from './http';
import type { CloseReason, OpenReader, ReaderHandlers } from './transport';

/** How long the server may hold an empty long poll, in s. */
const LONG_POLL_SECONDS = 5;
/** How long to wait after an empty page, in ms. */
const POLL_INTERVAL_MS = 100;

/** Reads by polling `GET /messages`. */
export const readByPolling: OpenReader = (url, room, after, handlers) =>
  readPages(`${url}/messages`, { room }, after, handlers, POLL_INTERVAL_MS);

/** Reads by long polling, with `GET /subscribe`. */
export const readByLongPolling: OpenReader = (url, room, after, handlers) =>
  readPages(`${url}/subscribe`, { room, timeout: String(LONG_POLL_SECONDS) }, after, handlers, 0);

function readPages(
  url: string,
  parameters: Record<string, string>,
  after: string,
  handlers: ReaderHandlers,
  intervalMs: number,
): ReturnType<OpenReader> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let isClosed = false;
  const read = async (): Promise<CloseReason> => {
    for (let cursor = after; !isClosed;) {
      const query = new URLSearchParams({ ...parameters, after: cursor, limit: '500' });
      const { status, body } = await requestJson<MessagePage & Reset & { error?: string }>(
        `${url}?${query}`,
        { agent },
      );
      if (isClosed) break;
      if (status === 410) handlers.onReset(body);
      else if (status !== 200) return { status, error: body.error ?? '' };
      else body.messages.forEach((entry) => handlers.onMessage(entry as NewMessage));
      cursor = body.cursor;
      if (body.messages?.length === 0) await pause(intervalMs);
    }
    return {};
  };
  return {
    closed: read().catch((error: Error) => ({ error: error.message })),
    close: () => {
      isClosed = true;
      agent.destroy();
    },
  };
}
