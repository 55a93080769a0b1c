import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { listen } from './listen';

/** What Socket.IO itself takes to acknowledge: nothing is stored, checked or told to anybody. */
const http = createServer();
const io = new Server(http);
io.on('connection', (socket) => {
  socket.on('new_message', (message: object, acknowledge: (answer: object) => void) => {
    acknowledge({ ...message, at: new Date().toISOString() });
  });
});
listen(http);
