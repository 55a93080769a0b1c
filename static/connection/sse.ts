import type { ErrorBody } from '../../server/wire.js';
import { request, refusalOf } from './api.js';
import { eventNames, type ServerEvent } from './events.js';
import type { OpenStream } from './stream.js';
import { Watchdog } from './watchdog.js';

/** The room over Server-Sent Events, for networks that let no Socket.IO through. */
export function sse(room: string, entryTypes: readonly string[]): OpenStream {
  return ({ cursor, onEvent: hear, onLive: live, onLost: lost, checkForMore: missed }) => {
    const source = new EventSource(`/sse?${new URLSearchParams({ room, after: cursor() })}`);
    let opened = false;
    let closed = false;
    const close = (): void => {
      closed = true;
      silence.stop();
      source.close();
    };
    const end = (why?: ErrorBody): void => {
      if (closed) return;
      close();
      lost(why);
    };
    // No script sees the comments that keep a stream alive. What is silent may be dead, or held up by a proxy:
    // then the server has something that was not heard here.
    const silence = new Watchdog(
      () =>
        void missed().then(
          (more) => more && end(),
          () => end(),
        ),
    );
    // Left alone, it never comes back from an HTTP error, and from others without a growing wait.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) void refusal(room).then(end);
      else end();
    };
    for (const name of [...entryTypes, ...eventNames]) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        silence.reset();
        // Who comes in is told at once who is there. The headers alone say nothing: a proxy may keep back the rest.
        if (!opened) live();
        opened = true;
        hear(JSON.parse(event.data) as ServerEvent);
      });
    }
    return { close };
  };
}

/** Why the server opens no stream, if it says so: an EventSource is told of no answer but a stream. */
function refusal(room: string): Promise<ErrorBody | undefined> {
  const query = new URLSearchParams({ room, timeout: '0', limit: '1' });
  return request(`/subscribe?${query}`, { cache: 'no-store' }).then(() => undefined, refusalOf);
}
