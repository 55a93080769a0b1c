import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { listen } from './listen';

/** A simple chat on `ws`: a loop sends each message to every client, and nothing is stored. */
const http = createServer();
const server = new WebSocketServer({ server: http });
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { message } = JSON.parse((data as Buffer).toString()) as { message: string };
    const text = JSON.stringify({ type: 'new_message', message, username: 'Anonymous' });
    for (const client of server.clients) client.send(text);
  });
});
listen(http);
