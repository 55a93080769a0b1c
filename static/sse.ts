import { eventNames, type ServerEvent } from './events.js';
import { Silence } from './silence.js';
import type { Open } from './stream.js';

/** The room over Server-Sent Events, for networks that let no Socket.IO through. */
export function sse(room: string): Open {
  return ({ cursor, hear, live, lost, missed }) => {
    const source = new EventSource(`/sse?${new URLSearchParams({ room, after: cursor() })}`);
    let opened = false;
    let closed = false;
    const close = (): void => {
      closed = true;
      silence.end();
      source.close();
    };
    const end = (): void => {
      if (closed) return;
      close();
      lost();
    };
    // No script sees the comments that keep a stream alive. What is silent may be dead, or held up by a proxy:
    // then the server has something that was not heard here.
    const silence = new Silence(() => void missed().then((more) => more && end(), end));
    // Left alone, it never comes back from an HTTP error, and from others without a growing wait.
    source.onerror = end;
    for (const name of eventNames) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        silence.heard();
        // Who comes in is told at once who is there. The headers alone say nothing: a proxy may keep back the rest.
        if (!opened) live();
        opened = true;
        hear(JSON.parse(event.data) as ServerEvent);
      });
    }
    return { close };
  };
}
