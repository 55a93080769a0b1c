import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { listen } from './listen';

/** The usual chat on `ws`: nothing is stored, a loop sends to every client. */
const http = createServer();
const server = new WebSocketServer({ server: http });
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { message } = JSON.parse((data as Buffer).toString()) as { message: string };
    const frame = JSON.stringify({ type: 'new_message', message, username: 'Anonymous' });
    for (const client of server.clients) client.send(frame);
  });
});
listen(http);
