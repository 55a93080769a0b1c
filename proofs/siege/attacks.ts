import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { frame, UPGRADE } from '../../__tests__/support/raw';
import { formatRequest, type HostileClient } from './hostile-client';

export type Attack = (client: HostileClient) => void;

/** Just below the largest frame and body that the server accepts, in bytes. */
const LARGE = 60 * 1024;
const FILLER = 'x'.repeat(LARGE);
const JSON_PROTOCOL = 'Sec-WebSocket-Protocol: json';
const ENGINE_IO = '/socket.io/?EIO=4&transport=';
const PLAIN_TEXT = ['Content-Type: text/plain'];
/** The requests with the largest responses. */
const LARGEST_PAGES = [
  '/messages?limit=500&after=earliest',
  '/messages?last=500',
  '/r/lobby?last=500&limit=500',
];
/** How many requests are pipelined on one connection. */
const PIPELINED = 32;
/** How long half-open handshakes and half-sent bodies stay open, in ms. */
const HALF_OPEN_MS = 5_000;

const randomName = (): string => randomBytes(9).toString('hex');
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

/** Returns the nth event that a client can send on a session, with a filler that the server ignores. */
const event = (n: number, filler: string): [type: string, payload: object] =>
  pick<[string, object]>(
    [
      ['join', { room: `room-${n % 50}`, after: 'earliest', filler }],
      ['new_message', { message: 'hostile', filler }],
      ['change_username', { username: randomName(), filler }],
      ['typing', { filler }],
    ],
    n,
  );
const jsonFrame = (n: number, filler = ''): Buffer => {
  const [type, payload] = event(n, filler);
  return frame('text', JSON.stringify({ type, ...payload }));
};
const socketIoPacket = (n: number, filler = ''): string => `42${n}${JSON.stringify(event(n, filler))}`;

/** Opens a Socket.IO session over WebSocket. */
async function openSocketIo(client: HostileClient, auth: object): Promise<Socket> {
  const socket = await client.upgrade(`${ENGINE_IO}websocket`);
  socket.write(frame('text', `40${JSON.stringify(auth)}`));
  return socket;
}

/** Opens an Engine.IO session over HTTP polling. @returns its path. */
async function openPolling(client: HostileClient): Promise<string> {
  const socket = await client.dial(formatRequest('GET', `${ENGINE_IO}polling`, '', ['Connection: close']));
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await client.waitForClose(socket);
  const [, sid] = /"sid":"([^"]+)"/.exec(text) ?? [];
  if (!sid) throw new Error('The session was refused.');
  return `${ENGINE_IO}polling&sid=${sid}`;
}

/** The attacks by name: each kind of hostile client, over each transport that it can use. */
export const ATTACKS: Record<string, Attack> = {
  'stalled, but still sending: /ws': (client) =>
    client.repeat(20, async () => {
      const socket = await client.upgrade('/ws?after=earliest', JSON_PROTOCOL);
      socket.pause();
      await client.flood(socket, () => jsonFrame(client.next(), FILLER));
    }),
  'stalled, but still sending: Socket.IO': (client) =>
    client.repeat(20, async () => {
      const socket = await openSocketIo(client, { after: 'earliest' });
      socket.pause();
      await client.flood(socket, () => frame('text', socketIoPacket(client.next(), FILLER)));
    }),
  'stalled: SSE and lines': (client) =>
    client.repeat(40, async () => {
      const path = pick(['/r/lobby?follow&after=earliest', '/sse?after=earliest'], client.next());
      const socket = await client.dial(formatRequest('GET', path));
      socket.pause();
      await client.waitForClose(socket);
    }),
  'floods of joins, names, typing: /ws': (client) =>
    client.repeat(8, async () => {
      const socket = (await client.upgrade('/ws', JSON_PROTOCOL)).resume();
      await client.flood(socket, () => jsonFrame(client.next()));
    }),
  'floods of joins, names, typing: Socket.IO': (client) =>
    client.repeat(8, async () => {
      const socket = (await openSocketIo(client, {})).resume();
      await client.flood(socket, () => frame('text', socketIoPacket(client.next())));
    }),
  'floods of joins, names, typing: polling': (client) =>
    client.repeat(8, async () => {
      const path = await openPolling(client);
      await client.request('POST', path, '40{}', PLAIN_TEXT);
      for (let i = 0; i < 50; i += 1) {
        const packets = Array.from({ length: 100 }, () => socketIoPacket(client.next())).join('\x1e');
        await client.request('POST', path, packets, PLAIN_TEXT);
      }
    }),
  'largest pages, pipelined and not read': (client) =>
    client.repeat(14, async () => {
      const socket = await client.dial();
      socket.pause();
      for (let i = 0; i < PIPELINED; i += 1) socket.write(formatRequest('GET', pick(LARGEST_PAGES, i)));
      client.count('requests', PIPELINED);
      await client.waitForClose(socket);
    }),
  'largest pages, read in a loop': (client) =>
    client.repeat(4, () => client.request('GET', pick(LARGEST_PAGES, client.next()))),
  'a new room name each time': (client) =>
    client.repeat(12, async () => {
      const prefixes = ['/messages?room=', '/sse?room=', '/r/', '/subscribe?timeout=1&room=', '/ws?room='];
      const path = pick(prefixes, client.next()) + randomName();
      if (!path.startsWith('/ws')) return client.request('GET', path);
      await client.waitForClose(await client.upgrade(path, JSON_PROTOCOL), 2_000);
    }),
  'a new visitor without a cookie each time': (client) =>
    client.repeat(12, async () => {
      const name = randomName();
      switch (client.next() % 4) {
        case 0:
          return client.request('GET', '/', '', ['Accept: text/html']);
        case 1:
          return client.request('POST', '/username', JSON.stringify({ username: name }));
        case 2:
          return client.request('POST', '/messages', JSON.stringify({ message: name, room: 'hostile' }));
        default:
          return client.request('GET', '/account');
      }
    }),
  'huge cookies and queries': (client) =>
    client.repeat(12, () => {
      const n = client.next();
      if (n % 2) {
        const cookies = Array.from({ length: 1_000 }, (_, i) => `c${n}${i}=${i}`).join('; ');
        return client.request('GET', '/messages', '', [`Cookie: ${cookies}`]);
      }
      const query = Array.from({ length: 1_500 }, (_, i) => `q${i}=${n}`).join('&');
      return client.request('GET', `/messages?${query}`);
    }),
  'half-open handshakes': (client) =>
    client.repeat(60, async () => {
      const beginnings = [
        '',
        'GET /ws HTTP/1.1\r\nHost: localhost\r\n',
        formatRequest('GET', `${ENGINE_IO}polling`),
        [`GET ${ENGINE_IO}websocket HTTP/1.1`, ...UPGRADE, '', ''].join('\r\n'),
      ];
      await client.waitForClose(await client.dial(pick(beginnings, client.next())), HALF_OPEN_MS);
    }),
  'sign-ins': (client) =>
    client.repeat(12, () => {
      const n = client.next();
      const username = n % 2 ? 'Masha' : randomName();
      if (n % 3 === 0) return client.request('POST', '/sessions/options', '{}');
      return client.request('POST', '/sessions', JSON.stringify({ username, password: randomName() }));
    }),
  'half-sent bodies': (client) =>
    client.repeat(60, async () => {
      const path = pick(['/messages', '/r/lobby', '/sessions', `${ENGINE_IO}polling`], client.next());
      const whole = formatRequest('POST', path, FILLER);
      await client.waitForClose(await client.dial(whole.slice(0, -LARGE / 2)), HALF_OPEN_MS);
    }),
};
