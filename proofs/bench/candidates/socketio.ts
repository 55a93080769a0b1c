import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { listen } from './listen';

/** The chat of the Socket.IO tutorials: everybody is told by `io.emit`, and who comes gets what is in memory. */
const http = createServer();
const io = new Server(http);
const recent: object[] = [];
io.on('connection', (socket) => {
  for (const entry of recent) socket.emit('new_message', entry);
  socket.on('new_message', ({ message }: { message: string }) => {
    const entry = { message, username: 'Anonymous' };
    if (recent.push(entry) > 50) recent.shift();
    io.emit('new_message', entry);
  });
});
listen(http);
