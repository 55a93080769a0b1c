import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { listen } from './listen';

/** Acknowledges every message; nothing is stored, validated or broadcast. */
const http = createServer();
const io = new Server(http);
io.on('connection', (socket) => {
  socket.on('new_message', (message: object, acknowledge: (answer: object) => void) => {
    acknowledge({ ...message, at: new Date().toISOString() });
  });
});
listen(http);
