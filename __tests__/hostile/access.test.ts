import { startApp, type Running } from '../support/app';
import { read, say } from '../support/http';
import { Somebody } from '../support/people';
import { closed, dial } from '../support/raw';
import { connect } from '../support/socket';
import { openPeer } from '../support/ws';
import { endsSoon, WAYS, type Held } from './held';

let app: Running;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

/** Holds everything there is for somebody, until they are in the room on all of it. */
async function holdAll(who: Somebody, headers = who.headers): Promise<[name: string, held: Held][]> {
  const held = await Promise.all(
    Object.entries(WAYS).map(async ([name, open]) => [name, await open(app.url, headers)] as [string, Held]),
  );
  // Long polls and streams answer with nothing to begin with: an answered request behind them says they have begun.
  await read(app.url);
  return held;
}

/** Takes access away, and expects all that was held to end, and to tell nothing of what is said after it. */
async function takeAway(held: [string, Held][], take: () => Promise<unknown>): Promise<void> {
  await take();
  await say(app.url, 'a secret');
  for (const [name, one] of held) {
    await endsSoon(one).catch((error: Error) => Promise.reject(new Error(`${name}: ${error.message}`)));
    expect({ name, told: one.text() }).toEqual({
      name,
      told: expect.not.stringContaining('a secret') as string,
    });
  }
}

/** Expects that somebody is let in nowhere, and is handed nothing. */
async function staysOut(headers: Record<string, string>, status: number): Promise<void> {
  for (const path of ['/messages', '/subscribe?after=earliest', '/sse?after=earliest', '/r/lobby?follow']) {
    const answer = await fetch(app.url + path, {
      headers: { Accept: 'application/x-ndjson, */*;q=0.1', ...headers },
    });
    expect({ path, status: answer.status }).toEqual({ path, status });
    expect(await answer.text()).not.toContain('a secret');
  }
  await expect(connect(app.url, { extraHeaders: headers, auth: { after: 'earliest' } })).rejects.toThrow();
  await expect(openPeer(app.url, '/ws?after=earliest', 'json', undefined, headers)).rejects.toThrow(
    String(status),
  );
}

describe('access that is taken away', () => {
  it('S10: by a ban closes all that is open in 5 s, tells nothing after it, and replays nothing', async () => {
    const owner = await Somebody.owner(app);
    const guest = await Somebody.guest(app.url);
    const held = await holdAll(guest);
    await takeAway(held, () => owner.ask('PUT', `/people/${guest.visitor}/ban`, {}));
    await staysOut(guest.headers, 403);
  });

  it('S10: by a ban of a guest without a cookie closes what they hold', async () => {
    const owner = await Somebody.owner(app);
    const peer = await openPeer(app.url, '/ws', 'json');
    peer.send({ type: 'new_message', message: 'spam' });
    const { visitor } = await peer.next(({ type }) => type === 'new_message');
    const held: Held = { text: () => JSON.stringify(peer.frames), closed: peer.closed };
    await takeAway([['/ws', held]], () => owner.ask('PUT', `/people/${String(visitor)}/ban`, {}));
    expect(await peer.closed).toMatchObject({ code: 1008 });
  });

  it.each([
    ['POST /messages', 'application/json', JSON.stringify({ message: 'too late' })],
    ['POST /r/lobby', 'application/x-www-form-urlencoded', 'message=too+late'],
  ])('S10: by a ban refuses %s whose body comes after it', async (line, type, body) => {
    const owner = await Somebody.owner(app);
    const guest = await Somebody.guest(app.url);
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
    await read(app.url);
    await owner.ask('PUT', `/people/${guest.visitor}/ban`, {});
    socket.write(body);
    await closed(socket);
    expect(text).toContain('HTTP/1.1 403');
    expect((await read(app.url)).messages).toEqual([]);
  });

  it('S10: by a ban with their address keeps out who comes as somebody else', async () => {
    const owner = await Somebody.owner(app);
    const guest = await Somebody.guest(app.url);
    const held = await holdAll(guest);
    await owner.ask('PUT', `/people/${guest.visitor}/ban`, { address: true });
    for (const [, one] of held) await endsSoon(one);
    await staysOut({}, 403);
    expect((await owner.ask('GET', '/messages')).status).toBe(200);
  });

  it('S10: by the end of a session closes all that was opened with it', async () => {
    const member = await Somebody.guest(app.url);
    await member.keep('Masha');
    const { headers } = member;
    const held = await holdAll(member, headers);
    await takeAway(held, () => member.ask('DELETE', '/sessions'));
    expect((await fetch(`${app.url}/account/tokens`, { method: 'POST', headers })).status).not.toBe(201);
  });

  it('S10: by revoking a token closes all that was opened with it, and the token opens nothing', async () => {
    const member = await Somebody.guest(app.url);
    await member.keep('Masha');
    const { body } = await member.ask('POST', '/account/tokens', { label: 'a script' });
    const headers = { Authorization: `Bearer ${String(body.token)}` };
    const held = await holdAll(member, headers);
    await takeAway(held, () => member.ask('DELETE', `/account/grants/${String(body.id)}`));
    await staysOut(headers, 401);
  });

  it('S10: by a role taken from who was invited closes what they hold', async () => {
    await app.close();
    app = await startApp({ ACCESS: 'invite' });
    const owner = await Somebody.owner(app);
    const guest = await Somebody.invited(owner, 'member');
    const held = await WAYS.SSE!(app.url, guest.headers);
    await fetch(app.url, { headers: guest.headers });
    await owner.ask('PUT', `/people/${guest.visitor}/role`, { role: 'guest' });
    await endsSoon(held);
    expect((await guest.ask('GET', '/messages')).status).toBe(401);
  });

  it.each(['/sse', '/subscribe', '/r/lobby?follow'])(
    'S10: by a ban is not got round by asking for %s ahead, behind an answer that takes its time',
    async (path) => {
      const owner = await Somebody.owner(app);
      const guest = await Somebody.guest(app.url);
      const cookie = `Cookie: ${guest.cookie}`;
      const ahead = [`GET ${path} HTTP/1.1`, 'Host: localhost', cookie];
      const socket = await dial(app.url, 'GET /subscribe HTTP/1.1', 'Host: localhost', cookie, '', ...ahead);
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      // Both were read by the time that another request is answered.
      await guest.ask('GET', '/messages');
      await owner.ask('PUT', `/people/${guest.visitor}/ban`, {});
      await until(() => text.split('HTTP/1.1 403').length === 3);
      await say(app.url, 'a secret');
      socket.destroy();
      expect(text).not.toContain('a secret');

      /** Waits until what was read makes it true. */
      async function until(enough: () => boolean): Promise<void> {
        while (!enough()) await new Promise((resolve) => socket.once('data', resolve));
      }
    },
  );
});
