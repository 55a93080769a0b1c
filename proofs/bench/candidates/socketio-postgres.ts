import { createAdapter } from '@socket.io/postgres-adapter';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'pg';
import { Server } from 'socket.io';
import { print } from '../../command-line';

/** One of several nodes of Socket.IO on its PostgreSQL adapter. It acknowledges what it has broadcast; nothing is stored. */
async function main(): Promise<void> {
  const pool = new Pool({ connectionString: process.env.DATABASE_URL });
  // One message is one transaction, so the nodes create the table one after the other.
  await pool.query(`SELECT pg_advisory_xact_lock(1); CREATE TABLE IF NOT EXISTS socket_io_attachments (
    id bigserial UNIQUE, created_at timestamptz DEFAULT now(), payload bytea)`);
  const http = createServer();
  const io = new Server(http, { adapter: createAdapter(pool) });
  io.on('connection', async (socket) => {
    await socket.join((socket.handshake.auth as { room: string }).room);
    socket.on('new_message', (message: { room: string }, acknowledge: (answer: object) => void) => {
      const entry = { ...message, at: new Date().toISOString() };
      io.to(message.room).emit('new_message', entry);
      acknowledge(entry);
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  print(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
}

void main();
