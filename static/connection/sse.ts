import type { ErrorBody } from '../../server/wire.js';
import { request, refusalOf } from './api.js';
import { eventNames, type ServerEvent } from './events.js';
import type { OpenStream } from './stream.js';
import { Watchdog } from './watchdog.js';

/** Opens the room over Server-Sent Events, which pass where Socket.IO is blocked. */
export function sse(room: string, entryTypes: readonly string[]): OpenStream {
  return ({ cursor, onEvent, onLive, onLost, checkForMore }) => {
    const source = new EventSource(`/sse?${new URLSearchParams({ room, after: cursor() })}`);
    let isLive = false;
    let isClosed = false;
    const close = (): void => {
      isClosed = true;
      watchdog.stop();
      source.close();
    };
    const end = (refusal?: ErrorBody): void => {
      if (isClosed) return;
      close();
      onLost(refusal);
    };
    // Heartbeats are comments, which EventSource hides. A silent stream may be dead or buffered by a proxy, and then
    // the server has entries that did not arrive.
    const watchdog = new Watchdog(
      () =>
        void checkForMore().then(
          (hasMissed) => hasMissed && end(),
          () => end(),
        ),
    );
    // EventSource never reconnects after an HTTP error, and after others without a backoff.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) void readRefusal(room).then(end);
      else end();
    };
    for (const name of [...entryTypes, ...eventNames]) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        watchdog.reset();
        // Not at `open`: a proxy may pass the headers on and buffer the body. Presence arrives at once.
        if (!isLive) onLive();
        isLive = true;
        onEvent(JSON.parse(event.data) as ServerEvent);
      });
    }
    return { close };
  };
}

/** Returns the server's error, which EventSource hides: `/subscribe` is refused for the same reasons. */
function readRefusal(room: string): Promise<ErrorBody | undefined> {
  const query = new URLSearchParams({ room, timeout: '0', limit: '1' });
  return request(`/subscribe?${query}`, { cache: 'no-store' }).then(() => undefined, refusalOf);
}
