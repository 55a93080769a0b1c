import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { type RunningApp, startApp } from '../support/app';
import { readAll } from '../support/http';
import { connect, disconnect } from '../support/socket';

let app: RunningApp;
beforeEach(async () => (app = await startApp({ CORS_ORIGINS: 'https://friend.example' })));
afterEach(() => app.close());

const FOREIGN = ['http://evil.example', 'null', 'http://localhost', 'http://localhost.evil.example'];
const READS = [
  '/',
  '/r/lobby',
  '/messages',
  '/subscribe?timeout=0',
  '/sse',
  '/contacts',
  '/account',
  '/people',
];
const POLLING = '/socket.io/?EIO=4&transport=polling';

/** Every route that changes something, with a valid body. */
const WRITES: [method: string, path: string, body?: object][] = [
  ['POST', '/messages', { message: 'x' }],
  ['POST', '/username', { username: 'Mallory' }],
  ['POST', '/contacts', { name: 'x', phone: '+79123456789' }],
  ['DELETE', '/contacts/1'],
  ['POST', '/invite'],
  ['POST', '/invitations', {}],
  ['DELETE', '/invitations/1'],
  ['PUT', '/account/password', { password: 'a password' }],
  ['POST', '/account/tokens', { label: 'x' }],
  ['POST', '/account/passkeys/options', {}],
  ['DELETE', '/account/grants/1'],
  ['POST', '/sessions', { username: 'x', password: 'x' }],
  ['POST', '/sessions/options', {}],
  ['DELETE', '/sessions'],
  ['DELETE', '/r/lobby/messages/1'],
  ['PUT', '/r/lobby/rules', {}],
  ['PUT', '/people/x/mute', {}],
  ['PUT', '/people/x/ban', {}],
  ['PUT', '/people/x/role', { role: 'owner' }],
];

const request = (method: string, path: string, headers: Record<string, string>, body?: string) =>
  fetch(app.url + path, { method, headers, redirect: 'manual', ...(body !== undefined && { body }) });

/** Returns the status with which a WebSocket handshake is refused. */
const refusedUpgrade = (path: string, origin: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(app.url.replace('http', 'ws') + path, { origin });
    socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
    socket.on('open', () => reject(new Error('The handshake was accepted.'))).on('error', () => undefined);
  });

describe.each(FOREIGN)('a page of the origin %s', (origin) => {
  it('can’t read over HTTP: 403', async () => {
    for (const path of READS) {
      const { status } = await request('GET', path, { Origin: origin });
      expect({ path, status }).toEqual({ path, status: 403 });
    }
  });

  it('can’t write over HTTP: 403', async () => {
    const json = { Origin: origin, 'Content-Type': 'application/json' };
    for (const [method, path, body] of WRITES) {
      const { status } = await request(method, path, json, body && JSON.stringify(body));
      expect({ method, path, status }).toEqual({ method, path, status: 403 });
    }
    expect(await readAll(app.url)).toEqual([]);
  });

  it('can’t open a WebSocket: 403', async () => {
    for (const path of ['/ws', '/ws/echo', '/socket.io/?EIO=4&transport=websocket'])
      expect({ path, status: await refusedUpgrade(path, origin) }).toEqual({ path, status: 403 });
  });

  it('can’t use Socket.IO, not even with another client’s session id', async () => {
    for (const transports of [['websocket'], ['polling']]) {
      const socket = io(app.url, {
        transports,
        extraHeaders: { origin },
        reconnection: false,
        forceNew: true,
      });
      await new Promise((resolve) => socket.once('connect_error', resolve));
      await disconnect(socket);
    }
    const { socket } = await connect(app.url, { transports: ['polling'], upgrade: false });
    const path = `${POLLING}&sid=${socket.io.engine.id}`;
    expect(
      (await request('POST', path, { Origin: origin }, '42["new_message",{"message":"x"}]')).status,
    ).toBe(403);
    expect(await refusedUpgrade(path.replace('polling', 'websocket'), origin)).toBe(403);
    await disconnect(socket);
    expect(await readAll(app.url)).toEqual([]);
  });

  it('is refused preflight requests: 403', async () => {
    const { status, headers } = await request('OPTIONS', '/messages', {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
    });
    expect(status).toBe(403);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
    'can’t send a form as %s: 403',
    async (type) => {
      for (const path of ['/r/lobby', '/messages', '/username', '/contacts', '/sessions', POLLING]) {
        const form = { Origin: origin, 'Content-Type': type };
        const { status } = await request('POST', path, form, 'message={"message":"x"}');
        expect({ path, status }).toEqual({ path, status: 403 });
      }
      expect(await readAll(app.url)).toEqual([]);
    },
  );
});

describe('a page that sends no Origin', () => {
  it('can’t send a form if Sec-Fetch-Site is cross-site: 403', async () => {
    const form = { 'Sec-Fetch-Site': 'cross-site', 'Content-Type': 'application/x-www-form-urlencoded' };
    for (const path of ['/r/lobby', '/messages', '/username', '/invite', POLLING])
      expect((await request('POST', path, form, 'message=x')).status).toBe(403);
    expect(await readAll(app.url)).toEqual([]);
  });

  it('can’t load the chat as a script by JSONP', async () => {
    const answer = await request('GET', `${POLLING}&j=0`, { 'Sec-Fetch-Site': 'cross-site' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).not.toContain('___eio');
  });

  it('can’t send text/plain to a JSON route from the own origin: 415', async () => {
    for (const path of ['/messages', '/username', '/contacts', '/r/lobby'])
      expect((await request('POST', path, { 'Content-Type': 'text/plain' }, '{"message":"x"}')).status).toBe(
        415,
      );
  });
});

describe('a page of an allowed origin', () => {
  it('can read and write, and gets CORS headers', async () => {
    const headers = { Origin: 'https://friend.example', 'Content-Type': 'application/json' };
    const answer = await request('POST', '/messages', headers, '{"message":"hello"}');
    expect(answer.status).toBe(201);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://friend.example');
    const { socket } = await connect(app.url, {
      transports: ['polling'],
      extraHeaders: { origin: 'https://friend.example' },
    });
    await disconnect(socket);
  });
});
