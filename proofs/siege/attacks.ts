import { randomBytes } from 'node:crypto';
import { frame } from '../../__tests__/support/raw';
import { request, type Hostile } from './hostile-client';

/** What one kind of hostile client does, and what it is called in the report. */
export type Attack = (hostile: Hostile) => void;

const SIZE = 60 * 1024;
const FILLER = 'x'.repeat(SIZE);
const WS = 'Sec-WebSocket-Protocol: json';
const ENGINE = '/socket.io/?EIO=4&transport=';

const noise = (): string => randomBytes(9).toString('hex');

/** What a client can ask for over its connection, each as large as it may be. */
const asked = (n: number, filler = FILLER): [type: string, payload: object] => {
  const all: [string, object][] = [
    ['join', { room: `room-${n % 50}`, after: 'earliest', filler }],
    ['new_message', { message: 'hostile', filler }],
    ['change_username', { username: noise(), filler }],
    ['typing', { filler }],
  ];
  return all[n % all.length]!;
};
const overWs = (n: number, filler?: string): Buffer => {
  const [type, payload] = asked(n, filler);
  return frame('text', JSON.stringify({ type, ...payload }));
};
const overSocketIo = (n: number, filler?: string): string => `42${n}${JSON.stringify(asked(n, filler))}`;

/** A Socket.IO connection over WebSocket that has joined the room. */
async function socketIo(hostile: Hostile, auth: object) {
  const socket = await hostile.upgrade(`${ENGINE}websocket`);
  socket.write(frame('text', `40${JSON.stringify(auth)}`));
  return socket;
}

/** A session over HTTP polling. @returns its address. */
async function polling(hostile: Hostile): Promise<string> {
  const socket = await hostile.dial(request('GET', `${ENGINE}polling`, '', ['Connection: close']));
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await hostile.over(socket);
  const [, sid] = /"sid":"([^"]+)"/.exec(text) ?? [];
  if (!sid) throw new Error('It was refused.');
  return `${ENGINE}polling&sid=${sid}`;
}

const WHOLE = ['/messages?limit=500&after=earliest', '/messages?last=500', '/r/lobby?last=500&limit=500'];

/** Each kind of hostile client, over each transport that it can use. */
export const ATTACKS: Record<string, Attack> = {
  'stalled, asking on: /ws': (hostile) =>
    hostile.lanes(20, async () => {
      const socket = await hostile.upgrade('/ws?after=earliest', WS);
      socket.pause();
      await hostile.flood(socket, () => overWs(hostile.next()));
    }),
  'stalled, asking on: Socket.IO': (hostile) =>
    hostile.lanes(20, async () => {
      const socket = await socketIo(hostile, { after: 'earliest' });
      socket.pause();
      await hostile.flood(socket, () => frame('text', overSocketIo(hostile.next())));
    }),
  'stalled: SSE and lines': (hostile) =>
    hostile.lanes(40, async () => {
      const path = hostile.next() % 2 ? '/sse?after=earliest' : '/r/lobby?follow&after=earliest';
      const socket = await hostile.dial(request('GET', path));
      socket.pause();
      await hostile.over(socket);
    }),
  'floods of joins, names, typing: /ws': (hostile) =>
    hostile.lanes(8, async () => {
      const socket = (await hostile.upgrade('/ws', WS)).resume();
      await hostile.flood(socket, () => overWs(hostile.next(), ''));
    }),
  'floods of joins, names, typing: Socket.IO': (hostile) =>
    hostile.lanes(8, async () => {
      const socket = (await socketIo(hostile, {})).resume();
      await hostile.flood(socket, () => frame('text', overSocketIo(hostile.next(), '')));
    }),
  'floods of joins, names, typing: polling': (hostile) =>
    hostile.lanes(8, async () => {
      const session = await polling(hostile);
      await hostile.ask('POST', session, '40{}', ['Content-Type: text/plain']);
      for (let i = 0; i < 50; i += 1) {
        const packets = Array.from({ length: 100 }, () => overSocketIo(hostile.next(), '')).join('\x1e');
        await hostile.ask('POST', session, packets, ['Content-Type: text/plain']);
      }
    }),
  'largest pages, pipelined and not read': (hostile) =>
    hostile.lanes(14, async () => {
      const socket = await hostile.dial();
      socket.pause();
      for (let i = 0; i < 32; i += 1) socket.write(request('GET', WHOLE[i % WHOLE.length]!));
      hostile.count('requests', 32);
      await hostile.over(socket);
    }),
  'largest pages, read in a loop': (hostile) =>
    hostile.lanes(4, () => hostile.ask('GET', WHOLE[hostile.next() % WHOLE.length]!)),
  'a room name each': (hostile) =>
    hostile.lanes(12, async () => {
      const paths = ['/messages?room=', '/sse?room=', '/r/', '/subscribe?timeout=1&room=', '/ws?room='];
      const path = paths[hostile.next() % paths.length]! + noise();
      if (!path.startsWith('/ws')) return hostile.ask('GET', path);
      await hostile.over(await hostile.upgrade(path, WS), 2_000);
    }),
  'a visitor without a cookie each': (hostile) =>
    hostile.lanes(12, async () => {
      const name = noise();
      switch (hostile.next() % 4) {
        case 0:
          return hostile.ask('GET', '/', '', ['Accept: text/html']);
        case 1:
          return hostile.ask('POST', '/username', JSON.stringify({ username: name }));
        case 2:
          return hostile.ask('POST', '/messages', JSON.stringify({ message: name, room: 'hostile' }));
        default:
          return hostile.ask('GET', '/account');
      }
    }),
  'huge cookies and queries': (hostile) =>
    hostile.lanes(12, () => {
      const n = hostile.next();
      const cookies = Array.from({ length: 1_000 }, (_, i) => `c${n}${i}=${i}`).join('; ');
      return n % 2
        ? hostile.ask('GET', '/messages', '', [`Cookie: ${cookies}`])
        : hostile.ask('GET', `/messages?${Array.from({ length: 1_500 }, (_, i) => `q${i}=${n}`).join('&')}`);
    }),
  'half-open handshakes': (hostile) =>
    hostile.lanes(60, async () => {
      const beginnings = [
        '',
        'GET /ws HTTP/1.1\r\nHost: localhost\r\n',
        request('GET', `${ENGINE}polling`),
        request('GET', `${ENGINE}websocket`, '', [
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        ]),
      ];
      await hostile.over(await hostile.dial(beginnings[hostile.next() % beginnings.length]), 5_000);
    }),
  'sign-ins': (hostile) =>
    hostile.lanes(12, () => {
      const n = hostile.next();
      const username = n % 2 ? 'Masha' : noise();
      if (n % 3 === 0) return hostile.ask('POST', '/sessions/options', '{}');
      return hostile.ask('POST', '/sessions', JSON.stringify({ username, password: noise() }));
    }),
  'half-sent bodies': (hostile) =>
    hostile.lanes(60, async () => {
      const paths = ['/messages', '/r/lobby', '/sessions', `${ENGINE}polling`];
      const path = paths[hostile.next() % paths.length]!;
      const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${SIZE}\r\n\r\n`;
      await hostile.over(await hostile.dial(head + FILLER.slice(SIZE / 2)), 5_000);
    }),
};
