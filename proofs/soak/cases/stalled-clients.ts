import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A raw client that begins to read and then takes nothing in any more. */
export interface Staller {
  socket: Socket;
  stall: () => void;
  /** Reads what had come until the end of the connection. @returns the cursor of the last whole message. */
  drain: () => Promise<string>;
}

const upgrade =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
/** A client's frame of text, under 126 bytes, masked with zeros. */
const frame = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x81, 0x80 | Buffer.byteLength(text), 0, 0, 0, 0]), Buffer.from(text)]);

/** How to begin on each push transport, in bytes. */
export const STALLERS = {
  socketio: (url: string) =>
    open(url, `/socket.io/?EIO=4&transport=websocket`, upgrade, frame('40{"after":"earliest"}')),
  ws: (url: string) => open(url, '/ws?after=earliest', `${upgrade}Sec-WebSocket-Protocol: json\r\n`),
  sse: (url: string) => open(url, '/sse?after=earliest', ''),
};

async function open(url: string, path: string, headers: string, first?: Buffer): Promise<Staller> {
  const { host, port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n`);
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
      // A message that was cut off has not been shown: its last field is missing.
      const whole = [...text.matchAll(/"cursor":"([0-9a-z]+:\d+)","seq":\d+,[^{}]*"at":"[^"]+"\}/g)];
      return whole.at(-1)?.[1] ?? 'earliest';
    },
  };
}
