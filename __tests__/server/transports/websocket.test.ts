import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { NewMessage } from '../../../server/wire';
import { type RunningApp, startApp } from '../../support/app';
import { errorOf } from '../../support/error';
import { readAll, sendMessage } from '../../support/http';
import { openPeer, type Peer } from '../../support/ws';

let app: RunningApp;
let peers: Peer[];

beforeEach(async () => {
  app = await startApp();
  peers = [];
});
afterEach(async () => {
  peers.forEach(({ socket }) => socket.terminate());
  await app.close();
});

async function open(path: string, protocols?: string | string[]): Promise<Peer> {
  const peer = await openPeer(app.url, path, protocols);
  peers.push(peer);
  return peer;
}

const messages = (peer: Peer) => peer.frames.filter(({ type }) => type === 'new_message');
const texts = (peer: Peer) => messages(peer).map(({ message }) => message);
const message = (text: string) => (frame: Record<string, unknown>) =>
  frame.type === 'new_message' && frame.message === text;
/** Returns the answer to the frame with this id. */
const answerTo = (peer: Peer, id: string) =>
  peer.next((frame) => frame.type !== 'new_message' && frame.id === id);

/** Returns the status with which a handshake is refused. */
async function refusal(path: string, protocols: string[] = [], headers = {}): Promise<number | undefined> {
  const socket = new WebSocket(app.url.replace('http', 'ws') + path, protocols, { headers });
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }];
  socket.terminate();
  return response.statusCode;
}

describe('/ws with the subprotocol json', () => {
  it('answers each request with an ack with its id and the message, and all readers get the message', async () => {
    const [a, b] = [await open('/ws', 'json'), await open('/ws', 'json')];
    const id = randomUUID();
    a.send({ type: 'new_message', id, message: 'hello' });
    const ack = await answerTo(a, id);
    expect(ack).toMatchObject({
      type: 'ack',
      id,
      answer: { type: 'new_message', seq: 1, id, message: 'hello' },
    });
    expect(await b.next(message('hello'))).toEqual(ack.answer);
    a.send({ type: 'new_message', message: 'without an id' });
    const made = await a.next(({ type, answer }) => type === 'ack' && (answer as NewMessage).seq === 2);
    expect(made.id).toBe((made.answer as NewMessage).id);
  });

  it('begins after a cursor, with the earliest, with the newest n, or with live messages', async () => {
    const first = await sendMessage(app.url, 'a');
    await sendMessage(app.url, 'b');
    const [after, all, last, live] = [
      await open(`/ws?after=${first.cursor}`, 'json'),
      await open('/ws?after=earliest', 'json'),
      await open('/ws?last=1', 'json'),
      await open('/ws', 'json'),
    ];
    await sendMessage(app.url, 'c');
    await Promise.all(peers.map((peer) => peer.next(message('c'))));
    expect([after, all, last, live].map(texts)).toEqual([['b', 'c'], ['a', 'b', 'c'], ['b', 'c'], ['c']]);
  });

  it('joins another room, changes a name, and announces who is typing', async () => {
    const [a, b] = [await open('/ws', 'json'), await open('/ws?room=b', 'json')];
    a.send({ type: 'join', room: 'b', id: 'j' });
    expect(await answerTo(a, 'j')).toMatchObject({ type: 'ack', answer: { room: 'b' } });
    a.send({ type: 'change_username', username: 'Masha', id: 'n' });
    expect(await answerTo(a, 'n')).toMatchObject({ type: 'ack', answer: { username: 'Masha' } });
    await b.next(({ type, username }) => type === 'change_username' && username === 'Masha');
    a.send({ type: 'typing' });
    await b.next(({ type, username }) => type === 'typing' && username === 'Masha');
    a.send({ type: 'new_message', message: 'here' });
    expect(await b.next(message('here'))).toMatchObject({ room: 'b', username: 'Masha' });
  });

  it('sends a reset for a cursor of another history', async () => {
    const { cursor } = await sendMessage(app.url, 'a');
    const peer = await open('/ws?after=gone:3', 'json');
    expect(await peer.next(({ type }) => type === 'reset')).toMatchObject({ room: 'lobby', cursor });
  });

  it.each<[string, unknown, number]>([
    ['bad JSON', '{', 400],
    ['no object', '7', 400],
    ['no type', { message: 'x' }, 400],
    ['an unknown type', { type: 'nonsense' }, 400],
    ['an empty message', { type: 'new_message', message: '' }, 400],
    ['an id that is no UUID', { type: 'new_message', message: 'x', id: 'undefined-0' }, 400],
    ['a blank name', { type: 'change_username', username: ' ' }, 400],
    ['a broken cursor', { type: 'join', room: 'a', after: 'x' }, 400],
    ['prototypes', '{"type":"__proto__","__proto__":{"message":"x"}}', 400],
  ])('answers %s with an error, and the connection stays open', async (_what, frame, status) => {
    const peer = await open('/ws', 'json');
    peer.send(frame);
    expect(await peer.next(({ type }) => type === 'error')).toMatchObject({
      status,
      error: expect.any(String) as string,
    });
    peer.send({ type: 'new_message', message: 'fine' });
    expect(await peer.next(message('fine'))).toMatchObject({ seq: 1 });
  });

  it('puts the id of the request into its refusal', async () => {
    const peer = await open('/ws', 'json');
    const id = randomUUID();
    peer.send({ type: 'new_message', id, message: 'a' });
    await peer.next(({ type }) => type === 'ack');
    peer.send({ type: 'new_message', id, message: 'b' });
    expect(await peer.next(({ type }) => type === 'error')).toEqual({
      type: 'error',
      id,
      ...errorOf('id_taken'),
    });
  });

  it('keeps the order of requests that a peer sends without waiting', async () => {
    const peer = await open('/ws', 'json');
    const sent = Array.from({ length: 200 }, (_, i) => String(i));
    sent.forEach((text) => peer.send({ type: 'new_message', message: text }));
    await peer.next(message('199'));
    expect(texts(peer)).toEqual(sent);
  });
});

describe('/ws without a subprotocol, or with text', () => {
  it.each([[undefined], ['text']])(
    'takes a frame as a message, and tells messages as lines (%s)',
    async (protocol) => {
      const [a, b] = [await open('/ws', protocol), await open('/ws?last=1', protocol)];
      a.send('hello');
      a.send('with a line end\n');
      expect(await b.waitForLines(2)).toEqual(['Anonymous: hello', 'Anonymous: with a line end']);
      expect(await a.waitForLines(2)).toEqual(b.lines);
    },
  );

  it('prevents a message of several lines from imitating another’s', async () => {
    const peer = await open('/ws');
    await sendMessage(app.url, 'one\nMasha: two\r\nMasha: three\u2028 * four');
    expect(await peer.waitForLines(1)).toEqual(['Anonymous: one\n  Masha: two\n  Masha: three\n   * four']);
  });

  it('says why a message was refused', async () => {
    const peer = await open('/ws');
    peer.send('   ');
    expect(await peer.waitForLines(1)).toEqual([' * The message is empty.']);
  });
});

describe('a WebSocket', () => {
  it('is refused at the handshake for an unknown subprotocol or path, a malformed cursor or room, or a foreign origin', async () => {
    expect(await refusal('/ws', ['chat'])).toBe(400);
    expect(await refusal('/ws?after=nonsense')).toBe(400);
    expect(await refusal('/ws?room=A')).toBe(400);
    expect(await refusal('/nothing')).toBe(404);
    expect(await refusal('/ws', [], { Origin: 'http://evil.example' })).toBe(403);
    expect(await refusal('/ws', [], { Origin: 'null' })).toBe(403);
  });

  it('selects a known subprotocol from those offered', async () => {
    expect((await open('/ws', ['chat', 'json'])).socket.protocol).toBe('json');
  });

  it.each<[string, number, (socket: WebSocket) => void]>([
    ['a binary frame', 1003, (socket) => socket.send(Buffer.from('x'))],
    ['a frame over 64 KB', 1009, (socket) => socket.send('x'.repeat(64 * 1024 + 1))],
    ['text that is not UTF-8', 1007, (socket) => socket.send(Buffer.from([0xff]), { binary: false })],
  ])('is closed for %s with code %d', async (_what, code, send) => {
    const peer = await open('/ws', 'json');
    send(peer.socket);
    expect((await peer.closed).code).toBe(code);
    expect(await readAll(app.url)).toEqual([]);
  });

  it('is closed with a reason when the server restarts', async () => {
    const [peer, echo] = [await open('/ws', 'json'), await open('/ws/echo')];
    await app.close();
    expect((await peer.closed).code).toBe(1001);
    expect((await echo.closed).code).toBe(1001);
    app = await startApp();
  });

  it('is echoed on /ws/echo', async () => {
    const peer = await open('/ws/echo');
    peer.send('anyone there?');
    expect(await peer.waitForLines(1)).toEqual(['anyone there?']);
  });
});
