import { createServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { textFrames } from '../../../server/transports/text-frames';
import { listen } from './listen';

type Write = (connection: Socket['conn'], frames: Buffer) => void;

/** How to write frames to a connection, by the name in the command line. */
const WRITES: Record<string, Write> = {
  preEncoded: (connection, frames) => {
    const options = { compress: false, wsPreEncodedFrame: [frames] };
    connection.write('', options);
  },
  direct: ({ transport }, frames) => {
    if (!transport.writable) return;
    (transport as unknown as { socket: { _socket: NetSocket } }).socket._socket.write(frames);
  },
};

/** Broadcasts without storing: encodes each message once, and writes it to all connections. */
const http = createServer();
const io = new Server(http);
const write = WRITES[process.argv[2]!]!;
io.on('connection', (socket) => {
  socket.on('new_message', ({ message }: { message: string }) => {
    const entry = { type: 'new_message', room: 'lobby', username: 'Anonymous', message };
    const frames = textFrames([`42${JSON.stringify(['new_message', entry])}`]);
    for (const { conn } of io.of('/').sockets.values()) write(conn, frames);
  });
});
listen(http);
