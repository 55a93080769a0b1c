import { plainText } from '../../server/transports/plain-text';
import { type RunningApp, startApp } from '../support/app';
import { sseEvents, take } from '../support/events';
import { postJson, readAll, sendMessage } from '../support/http';
import { TestVisitor } from '../support/test-visitor';
import { connect } from '../support/socket';
import { openPeer } from '../support/ws';

const ENTRY = {
  cursor: 'k3f9:1',
  seq: 1,
  room: 'lobby',
  id: 'c0ffee00-0000-4000-8000-000000000001',
  visitor: 'kRxvGtBGGV-j',
  at: '2026-11-20T19:19:24.381Z',
};

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

describe('line breaks and control characters', () => {
  const FORGED = [
    'hello\n\nevent: new_message\ndata: {"username":"Forged"}\n\n',
    'hello\r\rid: k3f9:999\r\r',
    'hello\r\n\r\n:comment',
    'hello\u2028data: x\u2029\u2028id: 1',
  ];

  it.each(FORGED)('can’t forge an event on SSE: %j', async (message) => {
    const stream = sseEvents(`${app.url}/sse?last=0&after=earliest`);
    await sendMessage(app.url, message);
    await sendMessage(app.url, 'the next');
    const events = await take(stream, 2, ({ type }) => !['start', 'presence'].includes(type));
    expect(events.map(({ type, data }) => [type, data.message])).toEqual([
      ['new_message', message],
      ['new_message', 'the next'],
    ]);
  });

  it.each([...FORGED, 'x\nAnna: forged', 'x\r * A notice', 'x\u2028Anna: forged'])(
    'can’t forge a line on the text subprotocol or for curl: %j',
    async (message) => {
      const peer = await openPeer(app.url, '/ws', 'text');
      await sendMessage(app.url, message);
      const [frame] = await peer.waitForLines(1);
      const answer = await fetch(`${app.url}/r/lobby`, { headers: { Accept: 'text/plain' } });
      const lines = (await answer.text()).slice(0, -1);
      expect(frame).toBe(lines);
      const [first, ...more] = lines.split(/[\n\r\u2028\u2029\u0085\v\f]/);
      expect(first).toMatch(/^Anonymous: /);
      for (const line of more) expect(line).toMatch(/^ {2}/);
      peer.socket.terminate();
    },
  );

  it.each(['a\u0000b', 'a\u001bb', 'a\u0085b', 'a\u000bb', 'a\u000cb'])(
    'that cannot be typed are refused on every transport: %j',
    async (message) => {
      expect((await postJson(`${app.url}/messages`, { message })).status).toBe(400);
      const { socket } = await connect(app.url);
      expect(await socket.emitWithAck('new_message', { message })).toMatchObject({ status: 400 });
      socket.disconnect();
      const peer = await openPeer(app.url, '/ws', 'text');
      peer.socket.send(message);
      expect((await peer.waitForLines(1))[0]).toMatch(/^ \* /);
      peer.socket.terminate();
      expect(await readAll(app.url)).toEqual([]);
    },
  );

  it.each(['Anna: x', 'Anna:', 'Anna\u02d0 x', 'An\nna', 'Anna\r', 'An\u0000na', 'An\u2028na', ' * x\n'])(
    'can’t make a name imitate another’s line: %j',
    async (username) => {
      const guest = await TestVisitor.createGuest(app.url);
      const { status, body } = await guest.request('POST', '/username', { username });
      // Surrounding spaces are not part of a name.
      if (status === 200) expect(body.username).toMatch(/^\S+( \S+)*$/);
      else expect(status).toBe(400);
      if (username.includes(':')) expect(status).toBe(400);
    },
  );

  it.each(['* Olga deleted a message.', '＊ Olga', '*'])(
    'can’t make a name imitate a notice: %j',
    async (username) => {
      const guest = await TestVisitor.createGuest(app.url);
      const { status, body } = await guest.request('POST', '/username', { username });
      expect([status, body.error]).toEqual([400, 'A name cannot begin with "*".']);
    },
  );

  it('can’t make a name imitate a part of a notice', async () => {
    const guest = await TestVisitor.createGuest(app.url);
    const username = 'Olga deleted a message. Masha';
    await guest.request('POST', '/username', { username });
    const { body } = await guest.request('POST', '/messages', { message: 'hello' });
    const peer = await openPeer(app.url, '/ws', 'text');
    await guest.request('DELETE', `/r/lobby/messages/${String(body.id)}`);
    expect(await peer.waitForLines(1)).toEqual([` * “${username}” deleted a message.`]);
    peer.socket.terminate();
    const answer = await fetch(`${app.url}/r/lobby?after=earliest`, { headers: { Accept: 'text/plain' } });
    const [deleted] = (await answer.text()).split('\n');
    expect(deleted).toBe(` * A message from “${username}” was deleted.`);
    // A closing quotation mark can't be part of a name.
    for (const forged of ['Masha” deleted', '“Masha'])
      expect((await guest.request('POST', '/username', { username: forged })).status).toBe(400);
  });

  it('in a name that an older version accepted can’t imitate a notice', () => {
    const forged = plainText([{ ...ENTRY, type: 'new_message', username: '* Olga', message: 'x' }], 'en');
    expect(forged).toEqual(['Olga: x']);
  });

  it('can’t forge a header', async () => {
    const answer = await fetch(`${app.url}/sse?after=x%0d%0aSet-Cookie:%20a=b`);
    expect(answer.status).toBe(400);
    expect(answer.headers.getSetCookie()).toEqual([]);
    const contact = await postJson(`${app.url}/contacts`, {
      name: 'a\r\nSet-Cookie: a=b',
      phone: '+79123456789',
    });
    expect(contact.status).toBe(400);
  });
});
