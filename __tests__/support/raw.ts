import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The headers of a WebSocket handshake (RFC 6455, section 4.1). */
export const UPGRADE = [
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** Opens a TCP connection, and writes a request's head, which may be malformed. It reads and discards what arrives. */
export async function dial(url: string, ...lines: string[]): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  if (lines.length > 0) socket.write([...lines, '', ''].join('\r\n'));
  return socket;
}

/** Sends a request's head. Returns everything received until the server closes the connection. */
export async function sendRaw(url: string, ...lines: string[]): Promise<{ status: number; text: string }> {
  const socket = await dial(url, ...lines);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  await waitForClose(socket);
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]), text };
}

/** Opens a WebSocket without a client library, so that it answers neither pings nor close frames. */
export async function dialWebSocket(url: string, path: string, ...headers: string[]): Promise<Socket> {
  const socket = await dial(url, `GET ${path} HTTP/1.1`, ...UPGRADE, ...headers);
  const [response] = (await once(socket, 'data')) as [Buffer];
  if (!response.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(response.toString());
  return socket;
}

/** Waits until a connection is closed or reset. */
export function waitForClose(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
}

/**
 * Returns the status code of the server's close frame (RFC 6455, section 5.5.1), once the connection is closed. The frame
 * has to be the last one, with at most 125 bytes.
 */
export async function readCloseCode(socket: Socket): Promise<number | undefined> {
  let last = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => (last = Buffer.concat([last, chunk]).subarray(-256)));
  await waitForClose(socket);
  const start = last.lastIndexOf(0x88);
  return start < 0 ? undefined : last.readUInt16BE(start + 2);
}

/** Writes the same bytes repeatedly, as fast as the server reads them, until it closes the connection. */
export async function writeUntilClosed(socket: Socket, bytes: Buffer): Promise<void> {
  const write = (): void => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', write);
  write();
  await waitForClose(socket);
}

/** WebSocket opcodes (RFC 6455, section 5.2). */
export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/**
 * Encodes a client's frame, with a mask of zeros.
 * @param length the payload length that its head declares, by default the true one.
 */
export function frame(
  opcode: keyof typeof OPCODES,
  payload: string | Buffer = '',
  { final = true, length = Buffer.byteLength(payload) }: { final?: boolean; length?: number } = {},
): Buffer {
  const head = Buffer.alloc((length < 126 ? 2 : length < 65_536 ? 4 : 10) + 4);
  head[0] = (final ? 0x80 : 0) | OPCODES[opcode];
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 8) head.writeUInt16BE(length, 2);
  if (head.length === 14) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.from(payload)]);
}
