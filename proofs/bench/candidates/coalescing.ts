import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { textFrames } from '../../../server/transports/text-frames';
import { listen } from './listen';

/**
 * Broadcasts without storing or validating. Like Parley, it encodes the messages of one turn of the event loop once, and
 * writes them to each socket in one write.
 */
const http = createServer();
const server = new WebSocketServer({ noServer: true });
const sockets = new Set<Socket>();
let texts: string[] = [];
let seq = 0;

function flush(): void {
  const frames = textFrames(texts);
  texts = [];
  for (const socket of sockets) socket.write(frames);
}

http.on('upgrade', (request, socket: Socket, head) => {
  server.handleUpgrade(request, socket, head, (peer) => {
    sockets.add(socket);
    peer.on('close', () => sockets.delete(socket));
    peer.on('message', (data) => {
      const { message } = JSON.parse((data as Buffer).toString()) as { message: string };
      if (texts.length === 0) setImmediate(flush);
      seq += 1;
      const entry = {
        type: 'new_message',
        cursor: `0123456789:${seq}`,
        seq,
        room: 'lobby',
        id: randomUUID(),
        visitor: '0123456789ab',
        username: 'Anonymous',
        message,
        at: new Date().toISOString(),
      };
      texts.push(JSON.stringify(entry));
    });
  });
});
listen(http);
