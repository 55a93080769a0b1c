import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { announce } from './announce';

/** The chat of the Socket.IO tutorials: nothing is stored, everybody is told by `io.emit`. */
const http = createServer();
const io = new Server(http);
io.on('connection', (socket) => {
  socket.on('new_message', ({ message }: { message: string }) => {
    io.emit('new_message', { message, username: 'Anonymous' });
  });
});
announce(http);
