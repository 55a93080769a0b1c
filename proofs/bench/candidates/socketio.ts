import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { listen } from './listen';

/** The chat of the Socket.IO tutorials: broadcasts with `io.emit`, and sends the last messages to each new client. */
const http = createServer();
const io = new Server(http);
const historySize = Number(process.argv[2]);
const recent: object[] = [];
io.on('connection', (socket) => {
  for (const entry of recent) socket.emit('new_message', entry);
  socket.on('new_message', ({ message }: { message: string }) => {
    const entry = { message, username: 'Anonymous' };
    if (recent.push(entry) > historySize) recent.shift();
    io.emit('new_message', entry);
  });
});
listen(http);
