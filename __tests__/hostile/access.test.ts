import { type RunningApp, startApp } from '../support/app';
import { readPage, sendMessage } from '../support/http';
import { TestVisitor } from '../support/test-visitor';
import { dial, waitForClose } from '../support/raw';
import { connect } from '../support/socket';
import { openPeer } from '../support/ws';
import { CONNECTIONS, expectClosed, type OpenConnection } from './open-connections';

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

/** Opens a connection of each kind for a visitor, and waits until all have entered the room. */
async function openAll(
  visitor: TestVisitor,
  headers = visitor.headers,
): Promise<[name: string, connection: OpenConnection][]> {
  const connections = await Promise.all(
    Object.entries(CONNECTIONS).map(
      async ([name, open]) => [name, await open(app.url, headers, 'lobby')] as [string, OpenConnection],
    ),
  );
  // Long polls and streams send nothing at first. Once a later request is answered, they are open.
  await readPage(app.url);
  return connections;
}

/** Ends access, and expects all connections to be closed and to receive no later message. */
async function endAccess(
  connections: [string, OpenConnection][],
  end: () => Promise<unknown>,
): Promise<void> {
  await end();
  await sendMessage(app.url, 'a secret');
  for (const [name, connection] of connections) {
    await expectClosed(connection).catch((error: Error) =>
      Promise.reject(new Error(`${name}: ${error.message}`)),
    );
    expect({ name, received: connection.text() }).toEqual({
      name,
      received: expect.not.stringContaining('a secret') as string,
    });
  }
}

/** Expects that a visitor is refused on every transport, and receives no message. */
async function expectRefused(headers: Record<string, string>, status: number): Promise<void> {
  for (const path of ['/messages', '/subscribe?after=earliest', '/sse?after=earliest', '/r/lobby?follow']) {
    const response = await fetch(app.url + path, {
      headers: { Accept: 'application/x-ndjson, */*;q=0.1', ...headers },
    });
    expect({ path, status: response.status }).toEqual({ path, status });
    expect(await response.text()).not.toContain('a secret');
  }
  await expect(connect(app.url, { extraHeaders: headers, auth: { after: 'earliest' } })).rejects.toThrow();
  await expect(openPeer(app.url, '/ws?after=earliest', 'json', undefined, headers)).rejects.toThrow(
    String(status),
  );
}

describe('access that ends', () => {
  it('by a ban closes all connections within 5 s, sends no later message, and allows no replay', async () => {
    const owner = await TestVisitor.createOwner(app);
    const guest = await TestVisitor.createGuest(app.url);
    const connections = await openAll(guest);
    await endAccess(connections, () => owner.request('PUT', `/people/${guest.id}/ban`, {}));
    await expectRefused(guest.headers, 403);
  });

  it('by a ban of a guest without a cookie closes its connections', async () => {
    const owner = await TestVisitor.createOwner(app);
    const peer = await openPeer(app.url, '/ws', 'json');
    peer.send({ type: 'new_message', message: 'spam' });
    const { visitor } = await peer.next(({ type }) => type === 'new_message');
    const connections: OpenConnection = { text: () => JSON.stringify(peer.frames), closed: peer.closed };
    await endAccess([['/ws', connections]], () => owner.request('PUT', `/people/${String(visitor)}/ban`, {}));
    expect(await peer.closed).toMatchObject({ code: 1008 });
  });

  it.each([
    ['POST /messages', 'application/json', JSON.stringify({ message: 'too late' })],
    ['POST /r/lobby', 'application/x-www-form-urlencoded', 'message=too+late'],
  ])('by a ban refuses %s if its body arrives after the ban', async (line, type, body) => {
    const owner = await TestVisitor.createOwner(app);
    const guest = await TestVisitor.createGuest(app.url);
    const socket = await dial(
      app.url,
      `${line} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      `Cookie: ${guest.cookie}`,
      `Content-Type: ${type}`,
      `Content-Length: ${body.length}`,
    );
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    await readPage(app.url);
    await owner.request('PUT', `/people/${guest.id}/ban`, {});
    socket.write(body);
    await waitForClose(socket);
    expect(text).toContain('HTTP/1.1 403');
    expect((await readPage(app.url)).messages).toEqual([]);
  });

  it('by a ban of the address refuses new guests from it', async () => {
    const owner = await TestVisitor.createOwner(app);
    const guest = await TestVisitor.createGuest(app.url);
    const connections = await openAll(guest);
    await owner.request('PUT', `/people/${guest.id}/ban`, { address: true });
    for (const [, one] of connections) await expectClosed(one);
    await expectRefused({}, 403);
    expect((await owner.request('GET', '/messages')).status).toBe(200);
  });

  it('by the end of a session closes the connections of that session', async () => {
    const member = await TestVisitor.createGuest(app.url);
    await member.createAccount('Masha');
    const { headers } = member;
    const connections = await openAll(member, headers);
    await endAccess(connections, () => member.request('DELETE', '/sessions'));
    expect((await fetch(`${app.url}/account/tokens`, { method: 'POST', headers })).status).not.toBe(201);
  });

  it('by the revocation of a token closes its connections, and the token is refused', async () => {
    const member = await TestVisitor.createGuest(app.url);
    await member.createAccount('Masha');
    const { body } = await member.request('POST', '/account/tokens', { label: 'a script' });
    const headers = { Authorization: `Bearer ${String(body.token)}` };
    const connections = await openAll(member, headers);
    await endAccess(connections, () => member.request('DELETE', `/account/grants/${String(body.id)}`));
    await expectRefused(headers, 401);
  });

  it('by the loss of a role closes the connections of an invited visitor', async () => {
    await app.close();
    app = await startApp({ ACCESS: 'invite' });
    const owner = await TestVisitor.createOwner(app);
    const guest = await TestVisitor.invite(owner, 'member');
    const connections = await CONNECTIONS.SSE!(app.url, guest.headers, 'lobby');
    await fetch(app.url, { headers: guest.headers });
    await owner.request('PUT', `/people/${guest.id}/role`, { role: 'guest' });
    await expectClosed(connections);
    expect((await guest.request('GET', '/messages')).status).toBe(401);
  });

  it.each(['/sse', '/subscribe', '/r/lobby?follow'])(
    'by a ban also ends a pipelined request for %s, which waits for a slow response',
    async (path) => {
      const owner = await TestVisitor.createOwner(app);
      const guest = await TestVisitor.createGuest(app.url);
      const cookie = `Cookie: ${guest.cookie}`;
      const ahead = [`GET ${path} HTTP/1.1`, 'Host: localhost', cookie];
      const socket = await dial(app.url, 'GET /subscribe HTTP/1.1', 'Host: localhost', cookie, '', ...ahead);
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      // Once a later request is answered, the server has read both.
      await guest.request('GET', '/messages');
      await owner.request('PUT', `/people/${guest.id}/ban`, {});
      await waitUntil(() => text.split('HTTP/1.1 403').length === 3);
      await sendMessage(app.url, 'a secret');
      socket.destroy();
      expect(text).not.toContain('a secret');

      /** Waits until the received data meets a condition. */
      async function waitUntil(isEnough: () => boolean): Promise<void> {
        while (!isEnough()) await new Promise((resolve) => socket.once('data', resolve));
      }
    },
  );
});
