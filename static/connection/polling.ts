import type { MessagePage } from '../../server/wire.js';
import { request, isCursorGone, refusalOf, type ApiResponse } from './api.js';
import type { OpenStream } from './stream.js';

/** How long the server may hold a long poll, in seconds. */
const HOLD_TIME = 20;
/** How long a response may take beyond that, in milliseconds. */
const RESPONSE_TIMEOUT = 10_000;
/** The pause between polls where the server asks for none, in milliseconds. */
const DEFAULT_PAUSE = 5000;

/** Reads the room by requests: `/subscribe` answers when there is something new, `/messages` at once. */
export function polling(room: string, path: '/subscribe' | '/messages'): OpenStream {
  const isLong = path === '/subscribe';
  return ({ cursor, onEvent, onLive, onLost, checkForMore }) => {
    let controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isLive = false;
    let isClosed = false;

    const poll = async (): Promise<ApiResponse<MessagePage> | undefined> => {
      // The first answer comes at once, to show that the transport works.
      const hold = isLong && isLive ? HOLD_TIME : 0;
      const query = new URLSearchParams({ room, after: cursor(), limit: '200' });
      if (isLong) query.set('timeout', String(hold));
      controller = new AbortController();
      try {
        return await request<MessagePage>(`${path}?${query}`, {
          controller,
          timeout: hold * 1000 + RESPONSE_TIMEOUT,
          // The browser's cache would make the long poll of a second tab wait for the first.
          ...(isLong && { cache: 'no-store' }),
        });
      } catch (error) {
        if (!isCursorGone(error)) throw error;
        // Reads the new history from its start.
        await checkForMore();
        return undefined;
      }
    };
    const run = async (): Promise<void> => {
      try {
        const answer = await poll();
        if (isClosed) return;
        if (!isLive) onLive();
        isLive = true;
        answer?.body.messages.forEach(onEvent);
        timer = setTimeout(() => void run(), answer && !isLong ? (answer.retryAfter ?? DEFAULT_PAUSE) : 0);
      } catch (error) {
        if (!isClosed) onLost(refusalOf(error));
      }
    };
    void run();
    return {
      close: () => {
        isClosed = true;
        clearTimeout(timer);
        controller.abort();
      },
    };
  };
}
