import { startApp, type RunningApp } from '../support/app';
import { Authenticator } from '../support/authenticator';
import { TestVisitor } from '../support/test-visitor';

const from = (address: string) => ({ 'X-Forwarded-For': address });
const HOME = from('198.51.100.1');

let app: RunningApp;
afterEach(() => app.close());

/** Starts a server where an address may try each name once, ten names in all, and a name can be tried twice. */
const start = (env: Record<string, string> = {}) =>
  startApp({ LIMITS: 'on', LIMIT_SIGN_INS: '1/300', TRUST_PROXY: '1', ...env });

/** Creates an account, and returns the device cookie of its browser. */
async function masha(): Promise<{
  password: string;
  device: string;
  passkey: Authenticator;
  visitor: string;
}> {
  const guest = new TestVisitor(app.url);
  guest.id = String((await guest.request('GET', '/account', undefined, HOME)).body.visitor);
  await guest.request('POST', '/username', { username: 'Masha' }, HOME);
  const passkey = new Authenticator(app.url);
  const { body } = await guest.request('POST', '/account/passkeys/options', {}, HOME);
  const made = await guest.request(
    'POST',
    '/account/passkeys',
    passkey.create(body as { challenge: string }),
    HOME,
  );
  const [, device] = made.headers.getSetCookie();
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
    const { password } = await masha();
    // Within its limit, an address tries a name once. Above it, its attempts count for nobody else.
    for (let i = 0; i < 9; i += 1) await attempt('203.0.113.1', `Somebody ${i}`, 'not it');
    expect((await attempt('203.0.113.1', 'Masha', 'not it')).status).toBe(401);
    for (let i = 0; i < 20; i += 1)
      expect((await attempt('203.0.113.1', 'Masha', 'not it')).status).toBe(429);
    expect((await attempt('203.0.113.2', 'masha', password)).status).toBe(201);
  });

  it('is still possible in a browser that has signed in before, and with a passkey, when others are locked out', async () => {
    app = await start();
    const { password, device, passkey } = await masha();
    expect((await attempt('203.0.113.1', 'Masha', 'not it')).status).toBe(401);
    expect((await attempt('203.0.113.2', 'Masha', 'nor this')).status).toBe(401);
    // The limit of the name is used up: a new browser has to wait, even with the right password.
    expect((await attempt('203.0.113.3', 'Masha', password)).status).toBe(429);
    expect((await attempt('203.0.113.3', 'Masha', password, `${device}x`)).status).toBe(429);
    // The known browser has a rate limit of its own, which others can't use up.
    expect((await attempt('203.0.113.3', 'Masha', password, device)).status).toBe(201);
    expect((await attempt('203.0.113.3', 'Masha', password, device)).status).toBe(429);
    expect((await passkey.signIn(new TestVisitor(app.url), from('203.0.113.1'))).status).toBe(201);
  });

  it('recognizes a browser only for the account that it has signed in to', async () => {
    app = await start();
    const { device, visitor } = await masha();
    const misha = await TestVisitor.createGuest(app.url);
    await misha.createAccount('Misha', 'long enough too');
    const forged = device.replace(visitor, misha.id);
    for (const address of ['203.0.113.1', '203.0.113.2']) await attempt(address, 'Misha', 'not it');
    for (const cookie of [device, forged])
      expect((await attempt('203.0.113.3', 'Misha', 'long enough too', cookie)).status).toBe(429);
  });

  it('does not wait behind attempts from another address, which are only hashed in part', async () => {
    app = await start({ LIMITS: 'off' });
    const { password } = await masha();
    let hashed = 0;
    const attack = Array.from({ length: 80 }, async () => {
      const { status, headers } = await attempt('203.0.113.1', 'Masha', 'not it');
      if (status === 401) hashed += 1;
      else expect([status, headers.get('retry-after')]).toEqual([429, '5']);
    });
    // Once the first are refused, the queue of that address is full.
    await Promise.race(attack);
    expect((await attempt('203.0.113.2', 'Masha', password)).status).toBe(201);
    const before = hashed;
    await Promise.all(attack);
    expect(before).toBeLessThan(hashed);
    expect(hashed).toBeLessThan(40);
  });

  it('with a passkey is limited for each address, and other addresses are not affected', async () => {
    app = await start();
    const { passkey, device } = await masha();
    const ask = (address: string, cookie = '') =>
      new TestVisitor(app.url, cookie).request('POST', '/sessions/options', {}, from(address));
    const statuses = [];
    for (let i = 0; i < 30; i += 1) statuses.push((await ask('203.0.113.1')).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.at(-1)).toBe(429);
    expect((await ask('203.0.113.1', device)).status).toBe(200);
    expect((await passkey.signIn(new TestVisitor(app.url), from('203.0.113.2'))).status).toBe(201);

    const guest = new TestVisitor(app.url);
    await guest.request('GET', '/account', undefined, from('203.0.113.3'));
    await guest.request('POST', '/username', { username: 'Gleb' }, from('203.0.113.3'));
    const options = () => guest.request('POST', '/account/passkeys/options', {}, from('203.0.113.3'));
    expect([(await options()).status, (await options()).status]).toEqual([200, 429]);
  });
});
