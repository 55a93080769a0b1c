import { type RunningApp, startApp } from '../support/app';
import { Authenticator } from '../support/authenticator';
import { TestVisitor } from '../support/test-visitor';

const from = (address: string) => ({ 'X-Forwarded-For': address });
const HOME = from('198.51.100.1');

let app: RunningApp;
afterEach(() => app.close());

/** Starts a server where an address may try a name once and ten names in all, and all addresses a name twice. */
const start = (env: Record<string, string> = {}) =>
  startApp({ LIMITS: 'on', LIMIT_SIGN_INS: '1/300', TRUST_PROXY: '1', ...env });

/** Creates an account with a password and a passkey. */
async function createMasha(): Promise<{
  password: string;
  /** The device cookie of its browser. */
  device: string;
  passkey: Authenticator;
  visitor: string;
}> {
  const guest = new TestVisitor(app.url);
  guest.id = String((await guest.request('GET', '/account', undefined, HOME)).body.visitor);
  await guest.request('POST', '/username', { username: 'Masha' }, HOME);
  const passkey = new Authenticator(app.url);
  const { body } = await guest.request('POST', '/account/passkeys/options', {}, HOME);
  const creation = await guest.request(
    'POST',
    '/account/passkeys',
    passkey.create(body as { challenge: string }),
    HOME,
  );
  const [, device] = creation.headers.getSetCookie();
  expect(device).toMatch(/^parley_device_.*; Path=\/sessions; HttpOnly; SameSite=Strict$/);
  const password = 'long enough';
  expect((await guest.request('PUT', '/account/password', { password }, HOME)).status).toBe(204);
  return { password, device: device!.split(';')[0]!, passkey, visitor: guest.id };
}

const attempt = (address: string, username: string, password: string, cookie = '') =>
  new TestVisitor(app.url, cookie).request('POST', '/sessions', { username, password }, from(address));

describe('signing in under attack', () => {
  it('is not delayed by attempts from another address, over its limit or not', async () => {
    app = await start();
    const { password } = await createMasha();
    // One attempt is within the address's limit. Further ones do not count towards the limit of the name.
    for (let i = 0; i < 9; i += 1) await attempt('203.0.113.1', `Somebody ${i}`, 'not it');
    expect((await attempt('203.0.113.1', 'Masha', 'not it')).status).toBe(401);
    for (let i = 0; i < 20; i += 1)
      expect((await attempt('203.0.113.1', 'Masha', 'not it')).status).toBe(429);
    expect((await attempt('203.0.113.2', 'masha', password)).status).toBe(201);
  });

  it('is still possible in a known browser and with a passkey while others are locked out', async () => {
    app = await start();
    const { password, device, passkey } = await createMasha();
    expect((await attempt('203.0.113.1', 'Masha', 'not it')).status).toBe(401);
    expect((await attempt('203.0.113.2', 'Masha', 'nor this')).status).toBe(401);
    // The limit of the name is used up: a new browser has to wait, even with the correct password.
    expect((await attempt('203.0.113.3', 'Masha', password)).status).toBe(429);
    expect((await attempt('203.0.113.3', 'Masha', password, `${device}x`)).status).toBe(429);
    // The known browser has a rate limit of its own, which others can't use up.
    expect((await attempt('203.0.113.3', 'Masha', password, device)).status).toBe(201);
    expect((await attempt('203.0.113.3', 'Masha', password, device)).status).toBe(429);
    expect((await passkey.signIn(new TestVisitor(app.url), from('203.0.113.1'))).status).toBe(201);
  });

  it('recognizes a browser only for the account that it has signed in to', async () => {
    app = await start();
    const { device, visitor } = await createMasha();
    const misha = await TestVisitor.createGuest(app.url);
    await misha.createAccount('Misha', 'long enough too');
    const forged = device.replace(visitor, misha.id);
    for (const address of ['203.0.113.1', '203.0.113.2']) await attempt(address, 'Misha', 'not it');
    for (const cookie of [device, forged])
      expect((await attempt('203.0.113.3', 'Misha', 'long enough too', cookie)).status).toBe(429);
  });

  it('is not queued behind attempts from another address, of which only some are hashed', async () => {
    app = await start({ LIMITS: 'off' });
    const { password } = await createMasha();
    let hashed = 0;
    const attack = Array.from({ length: 80 }, async () => {
      const { status, headers } = await attempt('203.0.113.1', 'Masha', 'not it');
      if (status === 401) hashed += 1;
      else expect([status, headers.get('retry-after')]).toEqual([429, '5']);
    });
    // Once the first is refused, the queue of that address is full.
    await Promise.race(attack);
    expect((await attempt('203.0.113.2', 'Masha', password)).status).toBe(201);
    const before = hashed;
    await Promise.all(attack);
    expect(before).toBeLessThan(hashed);
    expect(hashed).toBeLessThan(40);
  });

  it('with a passkey is limited for each address, and other addresses are not affected', async () => {
    app = await start();
    const { passkey, device } = await createMasha();
    const requestOptions = (address: string, cookie = '') =>
      new TestVisitor(app.url, cookie).request('POST', '/sessions/options', {}, from(address));
    const statuses = [];
    for (let i = 0; i < 30; i += 1) statuses.push((await requestOptions('203.0.113.1')).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.at(-1)).toBe(429);
    expect((await requestOptions('203.0.113.1', device)).status).toBe(200);
    expect((await passkey.signIn(new TestVisitor(app.url), from('203.0.113.2'))).status).toBe(201);

    const guest = new TestVisitor(app.url);
    await guest.request('GET', '/account', undefined, from('203.0.113.3'));
    await guest.request('POST', '/username', { username: 'Gleb' }, from('203.0.113.3'));
    const options = () => guest.request('POST', '/account/passkeys/options', {}, from('203.0.113.3'));
    expect([(await options()).status, (await options()).status]).toEqual([200, 429]);
  });
});
