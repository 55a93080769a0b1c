import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { dial, frame, UPGRADE } from '../../../__tests__/support/raw';

/** A raw client that starts to read, and can stop reading its socket. */
export interface StalledClient {
  socket: Socket;
  stall: () => void;
  /** Reads what the kernel has buffered, until the connection closes. @returns the cursor of the last complete message. */
  drain: () => Promise<string>;
}

/** How to start reading over each push transport: the head of a request, and what to send after the response. */
const REQUESTS = {
  socketio: {
    head: ['GET /socket.io/?EIO=4&transport=websocket HTTP/1.1', ...UPGRADE],
    first: frame('text', '40{"after":"earliest"}'),
  },
  ws: { head: ['GET /ws?after=earliest HTTP/1.1', ...UPGRADE, 'Sec-WebSocket-Protocol: json'] },
  sse: { head: ['GET /sse?after=earliest HTTP/1.1', 'Host: localhost'] },
} satisfies Record<string, { head: string[]; first?: Buffer }>;

/** A complete message in JSON; the last field is missing if the message was cut off. */
const MESSAGE = /"cursor":"([0-9a-z]+:\d+:[0-9a-f]{12})","seq":\d+,[^{}]*"at":"[^"]+"\}/g;

/** Connects over one of the push transports, and reads everything from the earliest message. */
export async function openStalledClient(
  transport: keyof typeof REQUESTS,
  url: string,
): Promise<StalledClient> {
  const { head, first }: { head: string[]; first?: Buffer } = REQUESTS[transport];
  const socket = await dial(url, ...head);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await once(socket, 'data');
  if (first) socket.write(first);
  await pause(100);
  return {
    socket,
    stall: () => socket.pause(),
    drain: async () => {
      const closed = socket.destroyed || once(socket, 'close');
      socket.resume();
      await Promise.race([closed, pause(10_000)]);
      return [...text.matchAll(MESSAGE)].at(-1)?.[1] ?? 'earliest';
    },
  };
}
