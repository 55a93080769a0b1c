import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A WebSocket that records what it receives. */
export interface Peer {
  socket: WebSocket;
  /** All frames of the subprotocol `json` received so far, parsed. */
  frames: Record<string, unknown>[];
  /** All text received so far under other subprotocols, one line for each frame. */
  lines: string[];
  /** Sends a string as it is, and anything else as JSON. */
  send: (frame: unknown) => void;
  /** Resolves with the first frame that `matches`, past or future. */
  next: (matches: (frame: Record<string, unknown>) => boolean) => Promise<Record<string, unknown>>;
  /** Resolves with all lines once there are at least `count`. */
  waitForLines: (count: number) => Promise<string[]>;
  closed: Promise<{ code: number; reason: string }>;
}

/** Opens a WebSocket, and waits until it is open. @param onFrame is called with each frame of the subprotocol `json`. */
export async function openPeer(
  url: string,
  path: string,
  protocols?: string | string[],
  onFrame: (frame: Record<string, unknown>) => void = () => undefined,
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
      onFrame(frame);
    } else lines.push(text);
    waiting.forEach((look) => look() && waiting.delete(look));
  });
  const wait = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = (): boolean => {
        const found = find();
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
