import { Challenges } from '../../../server/accounts/challenges';
import { type RunningApp, startApp } from '../../support/app';
import { Authenticator } from '../../support/authenticator';
import { STORE } from '../../support/places';
import { TestVisitor } from '../../support/test-visitor';

/** Counts the transactions that have written; in PostgreSQL, those that have written passkeys and sessions that there are. */
const COUNT_TRANSACTIONS = {
  SQLite: 'SELECT count FROM commits',
  PostgreSQL: `SELECT count(DISTINCT CAST(xmin AS text)) AS count
    FROM (SELECT xmin FROM passkeys UNION ALL SELECT xmin FROM credentials) AS written`,
}[STORE];

let app: RunningApp;
beforeEach(async () => (app = await startApp({ TRUST_PROXY: '1' })));
afterEach(() => app.close());

async function createNamed(username: string): Promise<TestVisitor> {
  const guest = await TestVisitor.createGuest(app.url);
  await guest.request('POST', '/username', { username });
  return guest;
}

describe('a passkey', () => {
  it('keeps a name and signs in to it; each response is accepted once', async () => {
    const masha = await createNamed('Masha');
    const device = new Authenticator(app.url);
    expect((await device.register(masha)).status).toBe(201);
    const elsewhere = new TestVisitor(app.url);
    const options = (await elsewhere.request('POST', '/sessions/options', {})).body as { challenge: string };
    const answer = device.get(options);
    const signed = await Promise.all([1, 2].map(() => elsewhere.request('POST', '/sessions', answer)));
    expect(signed.map(({ status }) => status).sort()).toEqual([201, 401]);
    expect((await elsewhere.request('POST', '/sessions', answer)).status).toBe(401);
    expect((await elsewhere.request('GET', '/account')).body).toMatchObject({ visitor: masha.id });
  });

  it('of a guest is stored in one transaction with its session', async () => {
    const masha = await createNamed('Masha');
    const device = new Authenticator(app.url);
    const { body } = await masha.request('POST', '/account/passkeys/options', {});
    const transactions = async () => Number((await app.database.query(COUNT_TRANSACTIONS))[0]!.count);
    const before = await transactions();
    const passkey = device.create(body as unknown as { challenge: string });
    expect((await masha.request('POST', '/account/passkeys', passkey)).status).toBe(201);
    expect((await transactions()) - before).toBe(1);
    expect((await masha.request('GET', '/account')).body).toMatchObject({
      visitor: masha.id,
      account: true,
      grants: [{ kind: 'session', here: true }],
    });
  });

  it('is one of at most 50 of an account, also when several are registered at once', async () => {
    const masha = await createNamed('Masha');
    const register = () => new Authenticator(app.url).register(masha);
    for (let i = 0; i < 49; i += 1) await register();
    const answers = await Promise.all([1, 2, 3].map(register));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(answers.find(({ status }) => status === 409)!.error).toBe(
      'You have 50 passkeys. Remove some first.',
    );
  });

  it('that is already registered is refused with a sentence, for any visitor', async () => {
    const device = new Authenticator(app.url);
    const [masha, misha] = [await createNamed('Masha'), await createNamed('Misha')];
    expect((await device.register(masha)).status).toBe(201);
    for (const visitor of [masha, misha])
      expect(await device.register(visitor)).toEqual({
        status: 409,
        error: 'That passkey is already registered. Sign in with it.',
      });
  });

  it('is valid for the scheme, host and port of the request, and for no other', async () => {
    const masha = await createNamed('Masha');
    const device = new Authenticator(app.url);
    await device.register(masha);
    const other = new TestVisitor(app.url);
    for (const origin of ['http://localhost:1', app.url.replace('http', 'https'), 'http://localhost']) {
      device.origin = origin;
      expect((await device.signIn(other)).status).toBe(400);
      // A page of the same host that the browser vouches for is no other.
      const headers = { Origin: origin, 'Sec-Fetch-Site': 'same-origin' };
      const { body } = await other.request('POST', '/sessions/options', {});
      const answer = device.get(body as { challenge: string });
      expect((await other.request('POST', '/sessions', answer, headers)).status).toBe(400);
      expect((await new Authenticator(origin).register(masha)).status).toBe(400);
    }
    device.origin = app.url;
    expect((await device.signIn(other, { Origin: app.url })).status).toBe(201);
  });

  it('is valid for the origin that a trusted proxy forwards', async () => {
    const proxied = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'chat.example:8443' };
    const masha = new TestVisitor(app.url);
    await masha.request('GET', '/account', undefined, proxied);
    await masha.request('POST', '/username', { username: 'Masha' }, proxied);
    const device = new Authenticator('https://chat.example:8443');
    expect((await device.register(masha, proxied)).status).toBe(201);
    expect((await device.signIn(new TestVisitor(app.url), proxied)).status).toBe(201);
    expect(
      (await device.signIn(new TestVisitor(app.url), { ...proxied, 'X-Forwarded-Host': 'chat.example' }))
        .status,
    ).toBe(400);
  });
});

describe('a challenge', () => {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

  it('is valid for five minutes, however many others there are, and after a restart', () => {
    const challenge = text(new Challenges('key').create('sign in'));
    const restarted = new Challenges('key');
    for (let i = 0; i < 20_000; i += 1) restarted.create('sign in');
    const until = restarted.expiryOf(challenge, 'sign in')!;
    expect(until).toBeGreaterThan(Date.now());
    jest.spyOn(Date, 'now').mockReturnValue(until);
    expect(restarted.expiryOf(challenge, 'sign in')).toBeUndefined();
    jest.restoreAllMocks();
  });

  it('is valid for one purpose, and cannot be forged', () => {
    const challenges = new Challenges('key');
    const challenge = text(challenges.create('register a'));
    expect(challenges.expiryOf(challenge, 'register b')).toBeUndefined();
    expect(new Challenges('other').expiryOf(challenge, 'register a')).toBeUndefined();
    const altered = (challenge.startsWith('A') ? 'B' : 'A') + challenge.slice(1);
    for (const forged of ['', 'AAAA', `${challenge}AA`, altered])
      expect(challenges.expiryOf(forged, 'register a')).toBeUndefined();
  });
});
