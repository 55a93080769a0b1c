import type { MessagePage } from '../../server/wire.js';
import { request, isCursorGone, refusalOf, type ApiResponse } from './api.js';
import type { OpenStream } from './stream.js';

/** How long the server holds a long poll, in seconds. */
const HOLD = 20;
/** How long an answer may take that is not held, in milliseconds. */
const PATIENCE = 10_000;
/** How long a poll waits that is not told how long, in milliseconds. */
const PAUSE = 5000;

/** The room by asking for it: `/subscribe` answers when there is something, `/messages` at once. */
export function polling(room: string, path: '/subscribe' | '/messages'): OpenStream {
  const long = path === '/subscribe';
  return ({ cursor, onEvent: hear, onLive: live, onLost: lost, checkForMore: missed }) => {
    let asking = new AbortController();
    let pause: ReturnType<typeof setTimeout> | undefined;
    let works = false;
    let closed = false;

    const once = async (): Promise<ApiResponse<MessagePage> | undefined> => {
      // The first answer comes at once, to say that the way works.
      const hold = long && works ? HOLD : 0;
      const query = new URLSearchParams({ room, after: cursor(), limit: '200' });
      if (long) query.set('timeout', String(hold));
      asking = new AbortController();
      try {
        return await request<MessagePage>(`${path}?${query}`, {
          controller: asking,
          timeout: hold * 1000 + PATIENCE,
          // In the browser's cache, a second tab's long poll would wait for the end of the first.
          ...(long && { cache: 'no-store' }),
        });
      } catch (error) {
        if (!isCursorGone(error)) throw error;
        // Another history: asking for more begins to read it.
        await missed();
        return undefined;
      }
    };
    const go = async (): Promise<void> => {
      try {
        const answer = await once();
        if (closed) return;
        if (!works) live();
        works = true;
        answer?.body.messages.forEach(hear);
        pause = setTimeout(() => void go(), answer && !long ? (answer.retryAfter ?? PAUSE) : 0);
      } catch (error) {
        if (!closed) lost(refusalOf(error));
      }
    };
    void go();
    return {
      close: () => {
        closed = true;
        clearTimeout(pause);
        asking.abort();
      },
    };
  };
}
