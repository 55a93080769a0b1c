import { WebSocket } from 'ws';
import type { Presence } from '../../server/wire';
import { type RunningApp, startApp } from '../support/app';
import { createPlace } from '../support/places';
import { sseEvents, take } from '../support/events';
import { openPollingSession, sendMessage } from '../support/http';
import { startProcess } from '../support/process';
import { dialWebSocket, frame, sendRaw, UPGRADE, waitForClose } from '../support/raw';
import { openPeer, type Peer } from '../support/ws';

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

/** Opens an Engine.IO connection without a client library. */
const openEngine = (query = 'EIO=4&transport=websocket'): Promise<Peer> =>
  openPeer(app.url, `/socket.io/?${query}`);

/** Opens an Engine.IO connection, and joins the namespace. */
async function openInNamespace(): Promise<Peer> {
  const peer = await openEngine();
  peer.socket.send('40');
  await waitForPacket(peer, '40');
  return peer;
}

/** Waits for a packet that begins with `start`. */
async function waitForPacket(peer: Peer, start: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const packet = (await peer.waitForLines(count))[count - 1]!;
    if (packet.startsWith(start)) return packet;
  }
}

/** Waits until a new reader is the only connection in the lobby. */
async function expectEmptyLobby(): Promise<void> {
  await take(
    sseEvents(`${app.url}/sse`),
    1,
    ({ type, data }) => type === 'presence' && (data as unknown as Presence).count === 1,
  );
}

describe('binary packets', () => {
  it.each([
    ['one attachment that never arrives', '451-["new_message",{"_placeholder":true,"num":0}]'],
    ['a million attachments', '451000000-["new_message",{"_placeholder":true,"num":0}]'],
    ['an acknowledgement with attachments', '461-1[{"_placeholder":true,"num":0}]'],
    ['attachments before joining', '451-["x",{"_placeholder":true,"num":0}]'],
    ['attachments without a number', '45-["x"]'],
  ])('close the connection that announces %s', async (attack, packet) => {
    const peer = await (attack.includes('before') ? openEngine() : openInNamespace());
    peer.socket.send(packet);
    await peer.closed;
    await expectEmptyLobby();
  });

  it('close the connection that sends an attachment without announcing it', async () => {
    const peer = await openInNamespace();
    peer.socket.send(Buffer.from('attached'));
    await peer.closed;
    await expectEmptyLobby();
  });

  it('close a connection over polling', async () => {
    const url = app.url + (await openPollingSession(app.url));
    const post = (body: string) => fetch(url, { method: 'POST', body });
    await post('40');
    await post('451-["new_message",{"_placeholder":true,"num":0}]');
    // The session is closed.
    expect((await fetch(url)).status).toBe(400);
    await expectEmptyLobby();
  });
});

describe('a handshake of Engine.IO', () => {
  const polling = async (query: string): Promise<number> =>
    (await fetch(`${app.url}/socket.io/?${query}`)).status;
  const upgrade = async (query: string): Promise<number> =>
    (await sendRaw(app.url, `GET /socket.io/?${query} HTTP/1.1`, ...UPGRADE)).status;

  it.each(['transport=TRANSPORT', 'EIO=3&transport=TRANSPORT', 'EIO=x&transport=TRANSPORT'])(
    'of another version is refused with 400, and does not crash the server: ?%s',
    async (query) => {
      expect(await polling(query.replace('TRANSPORT', 'polling'))).toBe(400);
      expect(await upgrade(query.replace('TRANSPORT', 'websocket'))).toBe(400);
      await sendMessage(app.url, 'still there');
    },
  );

  it.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'nobody'])(
    'with the session id "%s" is refused with 400, and does not crash the server',
    async (sid) => {
      expect(await polling(`EIO=4&transport=polling&sid=${sid}`)).toBe(400);
      expect(await upgrade(`EIO=4&transport=websocket&sid=${sid}`)).toBe(400);
      await sendMessage(app.url, 'still there');
    },
  );

  it.each(['__proto__', 'constructor', 'webtransport', 'flashsocket', ''])(
    'with the transport "%s" is refused with 400',
    async (transport) => {
      expect(await polling(`EIO=4&transport=${transport}`)).toBe(400);
      expect(await upgrade(`EIO=4&transport=${transport}`)).toBe(400);
    },
  );
});

describe('malformed events', () => {
  it.each([
    '42["error"]',
    '42["error",{}]',
    '42[1,{}]',
    '42[null]',
    '42[{}]',
    '42[["new_message"],{"message":"x"}]',
    '42["disconnect"]',
    '42["disconnecting"]',
    '42["connect"]',
    '42["newListener","x"]',
    '42["__proto__",{}]',
    '42["constructor",{}]',
    '42["new_message"]',
    '42["new_message",null]',
    '421["new_message",{"message":["x"]},"y","z"]',
    '42',
    '427',
    '42{}',
    '43999["x"]',
    '44{"message":"x"}',
    '40/__proto__,',
    '40/other,{}',
    '47[]',
    '4',
    '1',
    '9',
    'nonsense',
  ])('like %s are ignored, refused, or close their own connection only', async (packet) => {
    const peer = await openInNamespace();
    peer.socket.send(packet);
    peer.socket.send('4277["typing",{}]');
    // The connection either continues or is closed.
    await Promise.race([waitForPacket(peer, '4377'), peer.closed]);
    await sendMessage(app.url, 'still there');
    peer.socket.terminate();
  });

  it('an event without a callback gets no acknowledgement', async () => {
    const peer = await openInNamespace();
    peer.socket.send('42["new_message",{"message":"no callback"}]');
    expect(await waitForPacket(peer, '42["new_message"')).toContain('no callback');
    peer.socket.terminate();
  });

  it('a connection that joins the namespace repeatedly has one session at most, and is closed', async () => {
    const peer = await openEngine();
    for (let i = 0; i < 100; i += 1) peer.socket.send('40');
    await peer.closed;
    expect(peer.lines.filter((line) => line.startsWith('40')).length).toBeLessThanOrEqual(1);
    await expectEmptyLobby();
  });

  it('a connection that joins the namespace repeatedly leaves no listeners that Node would warn of', async () => {
    const place = await createPlace();
    const server = await startProcess(place.settings, undefined, 'pipe');
    let errors = '';
    server.child.stderr!.on('data', (chunk) => (errors += String(chunk)));
    const socket = await dialWebSocket(server.url, '/socket.io/?EIO=4&transport=websocket');
    socket.write(Buffer.concat(Array.from({ length: 100 }, () => frame('text', '40'))));
    await waitForClose(socket);
    await server.end('SIGTERM');
    expect(errors).toBe('');
    await place.remove();
  });

  it('a connection that leaves the namespace is closed', async () => {
    const peer = await openInNamespace();
    peer.socket.send('41');
    await peer.closed;
    expect(peer.socket.readyState).toBe(WebSocket.CLOSED);
    await expectEmptyLobby();
  });
});
