import { SqlVisitors } from '../../server/stores/sql/visitors';
import { type RunningApp, startApp } from '../support/app';
import { Authenticator } from '../support/authenticator';
import { errorOf } from '../support/error';
import { TestVisitor } from '../support/test-visitor';
import { connect } from '../support/socket';
import { openPeer } from '../support/ws';
import { CONNECTIONS, expectClosed, type OpenConnection } from './open-connections';

const DAY = 24 * 60 * 60 * 1_000;

type RecordUse = (this: SqlVisitors, ...use: [id: string, at: number]) => Promise<void>;

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(async () => {
  jest.restoreAllMocks();
  await app.close();
});

/** A session or token, as `/account` lists it. */
type Grant = { id: string; kind: string; here: boolean };
const grantsOf = async (visitor: TestVisitor): Promise<Grant[]> =>
  (await visitor.request('GET', '/account')).body.grants as Grant[];

/** Creates an account with a password, and with a passkey, which signs in without a slow password hash. */
async function createMasha(): Promise<{ self: TestVisitor; device: Authenticator }> {
  const self = await TestVisitor.createGuest(app.url);
  await self.createAccount('Masha');
  const device = new Authenticator(app.url);
  expect((await device.register(self)).status).toBe(201);
  return { self, device };
}

async function signIn(device: Authenticator): Promise<TestVisitor> {
  const browser = new TestVisitor(app.url);
  expect((await device.signIn(browser)).status).toBe(201);
  return browser;
}

const openAll = ({ headers }: TestVisitor): Promise<OpenConnection[]> =>
  Promise.all(Object.values(CONNECTIONS).map((open) => open(app.url, headers, 'lobby')));

/** Requests that are refused if the session has ended. */
const REQUESTS: [method: string, path: string, body?: unknown, headers?: Record<string, string>][] = [
  ['GET', '/account'],
  ['PUT', '/account/password', { password: 'another one', current: 'Masha password' }],
  ['POST', '/account/passkeys/options', {}],
  ['POST', '/account/passkeys', { id: 'x', response: {} }],
  ['DELETE', '/account/passkeys/none'],
  ['POST', '/account/tokens', { label: 'script' }],
  ['DELETE', '/account/grants/none'],
  ['POST', '/username', { username: 'Other' }],
  ['POST', '/invite', 'secret=none', { 'Content-Type': 'application/x-www-form-urlencoded' }],
  ['GET', '/invitations'],
  ['POST', '/invitations', {}],
  ['DELETE', '/invitations/none'],
  ['GET', '/'],
  ['GET', '/messages'],
  ['POST', '/messages', { message: 'hello' }],
  ['GET', '/subscribe?timeout=0'],
  ['GET', '/sse'],
  ['GET', '/r/lobby', undefined, { Accept: 'text/plain, application/json;q=0.1' }],
  ['GET', '/r/lobby?follow', undefined, { Accept: 'application/x-ndjson, application/json;q=0.1' }],
  ['POST', '/r/lobby', 'message=hello', { 'Content-Type': 'application/x-www-form-urlencoded' }],
  ['DELETE', '/r/lobby/messages/9b2e6c1e-0f4a-4c37-a7a1-5d6d1c1c8f10'],
  ['GET', '/r/lobby/rules'],
  ['PUT', '/r/lobby/rules', {}],
  ['GET', '/contacts'],
  ['POST', '/contacts', { name: 'Anna', phone: '+7 912 345-67-89' }],
  ['DELETE', '/contacts/none'],
  ['GET', '/people'],
  ['PUT', '/people/x/mute', {}],
  ['DELETE', '/people/x/mute'],
  ['PUT', '/people/x/ban', {}],
  ['DELETE', '/people/x/ban'],
  ['PUT', '/people/x/role', { role: 'guest' }],
  ['GET', '/audit'],
  ['GET', '/moderation'],
];
const ENDED = errorOf('sign_in_required', 'You were signed out. Sign in again.');

async function expectRefusedEverywhere({ url, cookie }: TestVisitor): Promise<void> {
  for (const [method, path, body, headers] of REQUESTS) {
    const answer = await new TestVisitor(url, cookie).request(method, path, body, headers);
    expect({ method, path, ...answer.body }).toEqual({ method, path, ...ENDED });
  }
  const extraHeaders = { Cookie: cookie };
  await expect(connect(url, { extraHeaders, reconnection: false })).rejects.toMatchObject({ data: ENDED });
  for (const path of ['/ws', '/ws/echo'])
    await expect(openPeer(url, path, undefined, undefined, extraHeaders)).rejects.toThrow('401');
}

describe('a session', () => {
  it('that has ended is refused by every route with the same error, but can sign in and out', async () => {
    const { self, device } = await createMasha();
    const browser = await signIn(device);
    const { cookie } = browser;
    const id = (await grantsOf(browser)).find(({ here }) => here)!.id;
    expect((await self.request('DELETE', `/account/grants/${id}`)).status).toBe(204);
    await expectRefusedEverywhere(new TestVisitor(app.url, cookie));

    // A browser that opens a page becomes a new guest. After signing in, it is the same visitor again.
    for (const path of ['/', '/account']) {
      const page = await new TestVisitor(app.url, cookie).request('GET', path, undefined, {
        Accept: 'text/html',
      });
      expect([page.status, page.headers.getSetCookie()]).toEqual([200, [expect.any(String)]]);
    }
    expect((await new TestVisitor(app.url, cookie).request('DELETE', '/sessions')).status).toBe(204);
    const again = new TestVisitor(app.url, cookie);
    expect((await device.signIn(again)).status).toBe(201);
    expect((await again.request('GET', '/account')).body.visitor).toBe(self.id);
  });

  it('that was not used for 90 days expires: its connections are closed, and it is refused everywhere', async () => {
    const { self, device } = await createMasha();
    const unused = await signIn(device);
    const cookie = (await device.signIn(new TestVisitor(app.url))).headers.getSetCookie()[0];
    expect(cookie).toContain(`Max-Age=${90 * 24 * 60 * 60}`);
    const { body } = await self.request('POST', '/account/tokens', { label: 'script' });
    const connections = await openAll(unused);
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now + 91 * DAY);
    await Promise.all(connections.map(expectClosed));
    await expectRefusedEverywhere(unused);
    // Tokens don't expire, and expired sessions are not listed.
    const script = { Authorization: `Bearer ${String(body.token)}` };
    expect((await new TestVisitor(app.url).request('GET', '/messages', undefined, script)).status).toBe(200);
    expect((await grantsOf(await signIn(device))).map(({ kind }) => kind).sort()).toEqual([
      'session',
      'token',
    ]);
  });

  it('does not expire while it is used, also by a connection that stays open', async () => {
    const { device } = await createMasha();
    const browser = await signIn(device);
    const { socket } = await connect(app.url, { extraHeaders: browser.headers });
    const lastUse = async () => {
      const { used } = (await grantsOf(browser)).find(({ here }) => here) as unknown as { used: string };
      return Date.parse(used);
    };
    const now = Date.now();
    const recorded = waitForUse();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 60 * DAY);
    // The open connection alone is a use: no request is sent until the server has recorded it.
    await recorded;
    expect(await lastUse()).toBe(now + 60 * DAY);
    clock.mockReturnValue(now + 120 * DAY);
    expect((await browser.request('GET', '/account')).status).toBe(200);
    expect(socket.connected).toBe(true);
    socket.disconnect();

    /** Waits until the server has stored a use of the session. */
    function waitForUse(): Promise<void> {
      return new Promise((resolve, reject) => {
        const { recordUse } = SqlVisitors.prototype as { recordUse: RecordUse };
        jest.spyOn(SqlVisitors.prototype, 'recordUse').mockImplementation(function (
          this: SqlVisitors,
          ...use
        ) {
          const recording = recordUse.call(this, ...use);
          recording.then(resolve, reject);
          return recording;
        });
      });
    }
  });

  it('beyond the 50th ends the least recently used one and its connections', async () => {
    const { self, device } = await createMasha();
    const connections = await openAll(self);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    await Promise.all(Array.from({ length: 50 }, () => signIn(device)));
    await Promise.all(connections.map(expectClosed));
    expect((await self.request('POST', '/username', { username: 'Other' })).body).toEqual(ENDED);
    expect(await grantsOf(await signIn(device))).toHaveLength(50);
  });

  it('is counted separately from tokens: there may be 50 of each', async () => {
    const { self, device } = await createMasha();
    const create = () => self.request('POST', '/account/tokens', { label: 'script' });
    const responses = await Promise.all(Array.from({ length: 55 }, create));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(50);
    expect(responses.find(({ status }) => status !== 201)!.body.error).toBe(
      'An account can have at most 50 tokens. Revoke some first.',
    );
    const [one, two] = [await signIn(device), await signIn(device)];
    for (const browser of [self, one, two]) expect(await grantsOf(browser)).toHaveLength(53);
  });

  it('ends with all others when the password changes, unless the user keeps them; tokens stay valid', async () => {
    const { self, device } = await createMasha();
    const browser = await signIn(device);
    const { body } = await self.request('POST', '/account/tokens', { label: 'script' });
    const connections = await openAll(browser);
    const change = (more: object) => self.request('PUT', '/account/password', { ...more });
    await change({ password: 'the second', current: 'Masha password', endOtherSessions: false });
    expect((await browser.request('GET', '/account')).status).toBe(200);
    await change({ password: 'the third', current: 'the second' });
    await Promise.all(connections.map(expectClosed));
    expect((await browser.request('GET', '/account')).body).toEqual(ENDED);
    expect((await grantsOf(self)).map(({ kind }) => kind).sort()).toEqual(['session', 'token']);
    const script = { Authorization: `Bearer ${String(body.token)}` };
    expect((await new TestVisitor(app.url).request('GET', '/messages', undefined, script)).status).toBe(200);
  });
});
