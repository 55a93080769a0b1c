import type { NewCredential } from '../../../server/accounts/credential';
import { type RunningApp, startApp } from '../../support/app';
import { createPlace } from '../../support/places';
import { errorOf } from '../../support/error';
import { TestVisitor } from '../../support/test-visitor';
import { connect } from '../../support/socket';
import { openPeer } from '../../support/ws';

let app: RunningApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

const signIn = (visitor: TestVisitor, username: string, password = `${username} password`) =>
  visitor.request('POST', '/sessions', { username, password });

async function createAccount(username: string): Promise<TestVisitor> {
  const somebody = await TestVisitor.createGuest(app.url);
  await somebody.createAccount(username);
  return somebody;
}

describe('a name', () => {
  it('belongs to one person, however it is written, until they take another', async () => {
    const [masha, other] = [await TestVisitor.createGuest(app.url), await TestVisitor.createGuest(app.url)];
    const rename = (visitor: TestVisitor, username: string) =>
      visitor.request('POST', '/username', { username });
    expect((await rename(masha, 'Masha')).status).toBe(200);
    for (const username of ['Masha', 'MASHA', 'Маsha', 'Ｍａｓｈａ']) {
      const refused = await rename(other, username);
      expect(refused).toMatchObject({
        status: 409,
        body: errorOf('name_taken', / is taken\. Choose another\.$/),
      });
    }
    expect((await rename(masha, 'Мария')).status).toBe(200);
    expect((await rename(other, 'Masha')).status).toBe(200);
    // The default name can't be owned.
    expect((await rename(masha, 'Anonymous')).status).toBe(200);
    expect((await rename(other, 'Anonymous')).status).toBe(200);
  });

  it('belongs to a visitor without a cookie while connected, and is free after that', async () => {
    const [one, two] = [await connect(app.url), await connect(app.url)];
    expect(await one.socket.emitWithAck('change_username', { username: 'Masha' })).toMatchObject({
      username: 'Masha',
    });
    expect(await two.socket.emitWithAck('change_username', { username: 'masha' })).toEqual(
      errorOf('name_taken'),
    );
    one.socket.disconnect();
    await two.next('presence', ({ count }) => count === 1);
    expect(await two.socket.emitWithAck('change_username', { username: 'masha' })).toMatchObject({
      username: 'masha',
    });
    two.socket.disconnect();
  });

  it('of a guest who does not come back for 30 days is free, and that of an account is not', async () => {
    const guest = await TestVisitor.createGuest(app.url);
    await guest.request('POST', '/username', { username: 'Gleb' });
    await createAccount('Masha');
    const later = Date.now() + 31 * 24 * 60 * 60 * 1_000;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    const other = await TestVisitor.createGuest(app.url);
    expect((await other.request('POST', '/username', { username: 'Masha' })).status).toBe(409);
    expect((await other.request('POST', '/username', { username: 'Gleb' })).status).toBe(200);
    jest.restoreAllMocks();
    expect((await guest.request('GET', '/account')).body.username).toBe('Anonymous');
  });
});

describe('an account', () => {
  it('keeps a name with a password, and is the same visitor in another browser', async () => {
    const masha = await createAccount('Masha');
    const elsewhere = new TestVisitor(app.url);
    const signed = await signIn(elsewhere, 'masha', 'Masha password');
    expect(signed).toMatchObject({ status: 201, body: { visitor: masha.id, username: 'Masha' } });
    const sent = await elsewhere.request('POST', '/messages', { message: 'from my phone' });
    expect(sent.body).toMatchObject({ visitor: masha.id, username: 'Masha' });
  });

  it('needs a name, a long enough password, and the current one to change it', async () => {
    const guest = await TestVisitor.createGuest(app.url);
    const put = (body: object) => guest.request('PUT', '/account/password', body);
    expect((await put({ password: 'long enough' })).body.error).toMatch(/^Choose a name first/);
    await guest.request('POST', '/username', { username: 'Masha' });
    expect((await put({ password: 'short' })).body).toEqual(
      errorOf('bad_request', 'A password must have at least 8 characters.'),
    );
    expect((await put({ password: 'long enough' })).status).toBe(204);
    expect((await put({ password: 'another one' })).body).toEqual(errorOf('wrong_password'));
    expect((await put({ password: 'another one', current: 'long enough' })).status).toBe(204);
    expect((await signIn(new TestVisitor(app.url), 'Masha', 'long enough')).status).toBe(401);
    expect((await signIn(new TestVisitor(app.url), 'Masha', 'another one')).status).toBe(201);
    expect((await guest.request('POST', '/username', { username: 'Anonymous' })).body).toMatchObject(
      errorOf('conflict', 'Your account is signed in to by its name. Choose another name.'),
    );
    expect((await guest.request('GET', '/account')).body.username).toBe('Masha');
  });

  it('accepts one of two concurrent password changes', async () => {
    const masha = await createAccount('Masha');
    const put = (password: string) =>
      masha.request('PUT', '/account/password', { password, current: 'Masha password' });
    const answers = await Promise.all([put('another one'), put('and one more')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    const [password, other] =
      answers[0].status === 204 ? ['another one', 'and one more'] : ['and one more', 'another one'];
    expect((await signIn(new TestVisitor(app.url), 'Masha', password)).status).toBe(201);
    expect((await signIn(new TestVisitor(app.url), 'Masha', other)).status).toBe(401);
  });

  it('opens no session with a password that is replaced while it is checked', async () => {
    const place = await createPlace();
    const stores = await place.open();
    const { accounts, visitors } = stores;
    await visitors.claim('masha', 'Masha', 'masha', 0, 0);
    const session = (id: string): NewCredential => {
      return { id, kind: 'session', hash: id, label: 'A browser', at: 1, used: Date.now() };
    };
    expect(await accounts.setPassword('masha', undefined, 'first')).toBe('done');
    expect(await accounts.addSession('masha', session('one'), { max: 50, expiredBefore: 0 }, 'first')).toBe(
      'done',
    );
    expect(await accounts.setPassword('masha', 'first', 'second')).toBe('done');
    expect(await accounts.addSession('masha', session('two'), { max: 50, expiredBefore: 0 }, 'first')).toBe(
      'password_changed',
    );
    expect((await accounts.credentialsOf('masha', 0)).map(({ id }) => id)).toEqual(['one']);
    await stores.close();
    await place.remove();
  });

  it('answers a wrong name and a wrong password alike', async () => {
    await createAccount('Masha');
    const [name, password] = [
      await signIn(new TestVisitor(app.url), 'Nobody Here'),
      await signIn(new TestVisitor(app.url), 'Masha', 'not it at all'),
    ];
    expect(name.body).toEqual(errorOf('sign_in_failed', 'The name or the password is wrong.'));
    expect(password.body).toEqual(name.body);
  });

  it('is not accessible with the guest cookie from before', async () => {
    const guest = await TestVisitor.createGuest(app.url);
    const before = guest.cookie;
    await guest.createAccount('Masha');
    const sent = await new TestVisitor(app.url, before).request('POST', '/messages', { message: 'not me' });
    expect(sent.body.visitor).not.toBe(guest.id);
    expect(sent.body.username).toBe('Anonymous');
  });

  it('lists its signed-in browsers, and ends one with its connections', async () => {
    const masha = await createAccount('Masha');
    const phone = new TestVisitor(app.url);
    const agent = { 'User-Agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1' };
    await phone.request('POST', '/sessions', { username: 'Masha', password: 'Masha password' }, agent);
    const open = await connect(app.url, { extraHeaders: phone.headers });
    const own = await connect(app.url, { extraHeaders: masha.headers });
    type Grants = { id: string; label: string; here: boolean }[];
    const grants = (await masha.request('GET', '/account')).body.grants as Grants;
    expect(grants.map(({ label, here }) => [label, here])).toContainEqual(['Safari · iPhone', false]);
    expect(grants.filter(({ here }) => here)).toHaveLength(1);

    const disconnected = new Promise((resolve) => open.socket.once('disconnect', resolve));
    const id = grants.find(({ here }) => !here)!.id;
    expect((await masha.request('DELETE', `/account/grants/${id}`)).status).toBe(204);
    await disconnected;
    expect(own.socket.connected).toBe(true);
    const again = await phone.request('POST', '/messages', { message: 'who am I?' });
    expect(again.body.visitor).not.toBe(masha.id);
    open.socket.disconnect();
    own.socket.disconnect();
  });

  it('ends nobody else’s session', async () => {
    const [masha, misha] = [await createAccount('Masha'), await createAccount('Misha')];
    const [session] = (await misha.request('GET', '/account')).body.grants as { id: string }[];
    expect((await masha.request('DELETE', `/account/grants/${session!.id}`)).status).toBe(204);
    expect((await misha.request('GET', '/account')).body.visitor).toBe(misha.id);
  });

  it('is signed out of: the cookie is removed, and is invalid', async () => {
    const masha = await createAccount('Masha');
    const { cookie } = masha;
    const out = await masha.request('DELETE', '/sessions');
    expect(out.headers.getSetCookie()[0]).toMatch(/Max-Age=0/);
    expect((await new TestVisitor(app.url, cookie).request('GET', '/account')).body.visitor).not.toBe(
      masha.id,
    );
  });

  it('lets a script act for it with a token that is shown once, until it is revoked', async () => {
    const masha = await createAccount('Masha');
    const { body, status } = await masha.request('POST', '/account/tokens', { label: 'backup' });
    expect(status).toBe(201);
    const token = String(body.token);
    const bearer = { Authorization: `Bearer ${token}` };
    const script = new TestVisitor(app.url);
    const sent = await script.request('POST', '/messages', { message: 'done' }, bearer);
    expect(sent.body).toMatchObject({ visitor: masha.id, username: 'Masha' });
    expect(sent.headers.getSetCookie()).toEqual([]);
    const socket = await connect(app.url, { auth: { token } });
    expect(await socket.socket.emitWithAck('new_message', { message: 'too' })).toMatchObject({
      visitor: masha.id,
    });
    expect((await masha.request('GET', '/account')).text).not.toContain(token);

    // A token acts for the account, but can't manage its credentials.
    for (const [method, path] of [
      ['PUT', '/account/password'],
      ['POST', '/account/tokens'],
      ['POST', '/account/passkeys/options'],
      ['DELETE', '/sessions'],
    ] as const) {
      expect((await script.request(method, path, {}, bearer)).status).toBe(403);
    }

    const disconnected = new Promise((resolve) => socket.socket.once('disconnect', resolve));
    await masha.request('DELETE', `/account/grants/${String(body.id)}`);
    await disconnected;
    socket.socket.disconnect();
    const refused = await script.request('POST', '/messages', { message: 'again' }, bearer);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="Parley"');
    await expect(openPeer(app.url, '/ws')).resolves.toBeDefined();
  });

  it('is stored without secrets: a password as scrypt with its parameters, the others as hashes', async () => {
    const log = jest.spyOn(console, 'error');
    const masha = await createAccount('Masha');
    const { body } = await masha.request('POST', '/account/tokens', { label: 'backup' });
    const link = await app.createOwnerInvitation();
    const disk = await app.database.stored();
    expect(disk).toMatch(/\$scrypt\$ln=15,r=8,p=3\$[\w-]{22}\$[\w-]{43}/);
    const session = decodeURIComponent(masha.cookie.split('=')[1]!).slice(1);
    expect(session).toMatch(/^[\w-]{43}$/);
    for (const secret of ['Masha password', String(body.token), session, link]) {
      expect(disk).not.toContain(secret);
    }
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });
});
