import { startApp, type Running } from '../support/app';
import { Authenticator } from '../support/authenticator';
import { Somebody } from '../support/people';

const from = (address: string) => ({ 'X-Forwarded-For': address });
const HOME = from('198.51.100.1');

let app: Running;
afterEach(() => app.close());

/** An app where one address may try one name once, ten names in all, and a name can be tried twice. */
const start = (env: Record<string, string> = {}) =>
  startApp({ LIMITS: 'on', LIMIT_SIGN_INS: '1/300', TRUST_PROXY: '1', ...env });

/** Somebody with an account, and the cookie by which their browser is known from then on. */
async function masha(): Promise<{
  password: string;
  device: string;
  passkey: Authenticator;
  visitor: string;
}> {
  const guest = new Somebody(app.url);
  guest.visitor = String((await guest.ask('GET', '/account', undefined, HOME)).body.visitor);
  await guest.ask('POST', '/username', { username: 'Masha' }, HOME);
  const passkey = new Authenticator(app.url);
  const { body } = await guest.ask('POST', '/account/passkeys/options', {}, HOME);
  const made = await guest.ask(
    'POST',
    '/account/passkeys',
    passkey.create(body as { challenge: string }),
    HOME,
  );
  const [, device] = made.headers.getSetCookie();
  expect(device).toMatch(/^parley_device_.*; Path=\/sessions; HttpOnly; SameSite=Strict$/);
  const password = 'long enough';
  expect((await guest.ask('PUT', '/account/password', { password }, HOME)).status).toBe(204);
  return { password, device: device!.split(';')[0]!, passkey, visitor: guest.visitor };
}

const attempt = (address: string, username: string, password: string, cookie = '') =>
  new Somebody(app.url, cookie).ask('POST', '/sessions', { username, password }, from(address));

describe('signing in under attack', () => {
  it('S25: is not held up by attempts from one address, over its limit or not', async () => {
    app = await start();
    const { password } = await masha();
    // Below its limit an address tries a name once; over it, nothing that it tries counts for anybody.
    for (let i = 0; i < 9; i += 1) await attempt('203.0.113.1', `Somebody ${i}`, 'not it');
    expect((await attempt('203.0.113.1', 'Masha', 'not it')).status).toBe(401);
    for (let i = 0; i < 20; i += 1)
      expect((await attempt('203.0.113.1', 'Masha', 'not it')).status).toBe(429);
    expect((await attempt('203.0.113.2', 'masha', password)).status).toBe(201);
  });

  it('S25: goes on in a browser that has signed in before, and with a passkey, when others are locked out', async () => {
    app = await start();
    const { password, device, passkey } = await masha();
    expect((await attempt('203.0.113.1', 'Masha', 'not it')).status).toBe(401);
    expect((await attempt('203.0.113.2', 'Masha', 'nor this')).status).toBe(401);
    // Spent from everywhere: a new browser has to wait, whatever it says.
    expect((await attempt('203.0.113.3', 'Masha', password)).status).toBe(429);
    expect((await attempt('203.0.113.3', 'Masha', password, `${device}x`)).status).toBe(429);
    // The browser that is known has an allowance of its own, which others can't spend.
    expect((await attempt('203.0.113.3', 'Masha', password, device)).status).toBe(201);
    expect((await attempt('203.0.113.3', 'Masha', password, device)).status).toBe(429);
    expect((await passkey.signIn(new Somebody(app.url), from('203.0.113.1'))).status).toBe(201);
  });

  it('knows a browser for the account that it has signed in to, and for no other', async () => {
    app = await start();
    const { device, visitor } = await masha();
    const misha = await Somebody.guest(app.url);
    await misha.keep('Misha', 'long enough too');
    const forged = device.replace(visitor, misha.visitor);
    for (const address of ['203.0.113.1', '203.0.113.2']) await attempt(address, 'Misha', 'not it');
    for (const cookie of [device, forged])
      expect((await attempt('203.0.113.3', 'Misha', 'long enough too', cookie)).status).toBe(429);
  });

  it('S25: does not wait behind attempts from another address, of which only some are hashed', async () => {
    app = await start({ LIMITS: 'off' });
    const { password } = await masha();
    let hashed = 0;
    const attack = Array.from({ length: 80 }, async () => {
      const { status, headers } = await attempt('203.0.113.1', 'Masha', 'not it');
      if (status === 401) hashed += 1;
      else expect([status, headers.get('retry-after')]).toEqual([429, '5']);
    });
    // When the first are refused, the lane of that address is full.
    await Promise.race(attack);
    expect((await attempt('203.0.113.2', 'Masha', password)).status).toBe(201);
    const before = hashed;
    await Promise.all(attack);
    expect(before).toBeLessThan(hashed);
    expect(hashed).toBeLessThan(40);
  });

  it('S26: by passkey is limited for each address, and goes on for others', async () => {
    app = await start();
    const { passkey, device } = await masha();
    const ask = (address: string, cookie = '') =>
      new Somebody(app.url, cookie).ask('POST', '/sessions/options', {}, from(address));
    const statuses = [];
    for (let i = 0; i < 30; i += 1) statuses.push((await ask('203.0.113.1')).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.at(-1)).toBe(429);
    expect((await ask('203.0.113.1', device)).status).toBe(200);
    expect((await passkey.signIn(new Somebody(app.url), from('203.0.113.2'))).status).toBe(201);

    const guest = new Somebody(app.url);
    await guest.ask('GET', '/account', undefined, from('203.0.113.3'));
    await guest.ask('POST', '/username', { username: 'Gleb' }, from('203.0.113.3'));
    const options = () => guest.ask('POST', '/account/passkeys/options', {}, from('203.0.113.3'));
    expect([(await options()).status, (await options()).status]).toEqual([200, 429]);
  });
});
