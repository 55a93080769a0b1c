import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A raw WebSocket that records its frames. */
export interface Peer {
  socket: WebSocket;
  /** All frames so far, in order; parsed under the subprotocol `json`. */
  frames: Record<string, unknown>[];
  lines: string[];
  send: (frame: unknown) => void;
  /** Resolves with the first frame that `matches`, past or to come. */
  next: (matches: (frame: Record<string, unknown>) => boolean) => Promise<Record<string, unknown>>;
  /** Resolves when there are so many text lines. */
  waitForLines: (count: number) => Promise<string[]>;
  closed: Promise<{ code: number; reason: string }>;
}

/** Opens a WebSocket, and waits until it is open. @param heard is called with each frame of `json`. */
export async function openPeer(
  url: string,
  path: string,
  protocols?: string | string[],
  heard: (frame: Record<string, unknown>) => void = () => undefined,
  headers: Record<string, string> = {},
): Promise<Peer> {
  const socket = new WebSocket(url.replace('http', 'ws') + path, protocols, { headers });
  const frames: Peer['frames'] = [];
  const lines: string[] = [];
  const waiting = new Set<() => boolean>();
  socket.on('message', (data) => {
    const text = (data as Buffer).toString();
    if (socket.protocol === 'json') {
      const frame = JSON.parse(text) as Record<string, unknown>;
      frames.push(frame);
      heard(frame);
    } else lines.push(text);
    waiting.forEach((look) => look() && waiting.delete(look));
  });
  const wait = <T>(ask: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = (): boolean => {
        const found = ask();
        if (found !== undefined) resolve(found);
        return found !== undefined;
      };
      if (!look()) waiting.add(look);
    });
  const closed = once(socket, 'close').then(([code, reason]) => ({
    code: code as number,
    reason: (reason as Buffer).toString(),
  }));
  closed.catch(() => undefined);
  await once(socket, 'open');
  return {
    socket,
    frames,
    lines,
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    next: (matches) => wait(() => frames.find(matches)),
    waitForLines: (count) => wait(() => (lines.length >= count ? lines : undefined)),
    closed,
  };
}
