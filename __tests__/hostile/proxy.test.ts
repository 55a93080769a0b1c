import { type RunningApp, startApp } from '../support/app';
import { postJson } from '../support/http';
import { TestVisitor } from '../support/test-visitor';
import { connect } from '../support/socket';
import { openPeer } from '../support/ws';

let app: RunningApp | undefined;
afterEach(() => app?.close());

const LIMIT = { LIMITS: 'on', LIMIT_MESSAGES: '1/60' };
/** How many messages an address may send: ten times as many as a visitor. */
const ADDRESS_LIMIT = 10;

/** Sends messages as new visitors, each with other headers. Returns how many were accepted. */
async function countAccepted(url: string, headers: (i: number) => Record<string, string>): Promise<number> {
  let count = 0;
  for (let i = 0; i < 2 * ADDRESS_LIMIT; i += 1) {
    const { status } = await postJson(`${url}/messages`, { message: 'x' }, headers(i));
    if (status === 201) count += 1;
  }
  return count;
}

describe('X-Forwarded-For', () => {
  const forged = (i: number) => ({ 'X-Forwarded-For': `203.0.113.${i}` });

  it.each([
    [{}, ADDRESS_LIMIT],
    [{ TRUST_PROXY: '0' }, ADDRESS_LIMIT],
    [{ TRUST_PROXY: '10.0.0.0/8, 192.168.0.0/16' }, ADDRESS_LIMIT],
    [{ TRUST_PROXY: '1' }, 2 * ADDRESS_LIMIT],
    [{ TRUST_PROXY: '127.0.0.0/8, ::1' }, 2 * ADDRESS_LIMIT],
  ])('determines the limited address only where a trusted proxy has set it: %j', async (env, expected) => {
    app = await startApp({ ...LIMIT, ...env });
    expect(await countAccepted(app.url, forged)).toBe(expected);
  });

  it.each([
    ['1', (i: number) => `203.0.113.${i}, 198.51.100.1`],
    ['2', (i: number) => `203.0.113.${i}, 198.51.100.1, 198.51.100.2`],
    ['127.0.0.0/8', (i: number) => `203.0.113.${i}, 198.51.100.1`],
    ['127.0.0.0/8, 10.0.0.0/8', (i: number) => `203.0.113.${i}, 198.51.100.1, 10.0.0.7`],
  ])('is ignored beyond the trusted proxies: TRUST_PROXY=%s', async (trust, header) => {
    app = await startApp({ ...LIMIT, TRUST_PROXY: trust });
    expect(await countAccepted(app.url, (i) => ({ 'X-Forwarded-For': header(i) }))).toBe(ADDRESS_LIMIT);
  });

  it.each(['nonsense', '', '1.2.3.4:99999', '::ffff:999.1.1.1', '127.0.0.1\u00e9', 'a'.repeat(4_000)])(
    'that is malformed gives no client a rate limit of its own: "%s"',
    async (address) => {
      app = await startApp({ ...LIMIT, TRUST_PROXY: '1' });
      expect(
        await countAccepted(app.url, (i) => ({ 'X-Forwarded-For': address && address + 'x'.repeat(i) })),
      ).toBe(ADDRESS_LIMIT);
    },
  );

  it('with addresses of one IPv6 network counts as one address', async () => {
    app = await startApp({ ...LIMIT, TRUST_PROXY: '1' });
    expect(await countAccepted(app.url, (i) => ({ 'X-Forwarded-For': `2001:db8:1:2::${i}` }))).toBe(
      ADDRESS_LIMIT,
    );
  });

  it('can’t evade the ban of an address, nor ban others', async () => {
    app = await startApp();
    const owner = await TestVisitor.createOwner(app);
    const guest = await TestVisitor.createGuest(app.url);
    const peer = await openPeer(app.url, '/ws', 'json', undefined, {
      ...guest.headers,
      'X-Forwarded-For': '203.0.113.7',
    });
    await owner.request('PUT', `/people/${guest.id}/ban`, { address: true });
    await peer.closed;
    for (const address of ['203.0.113.7', '203.0.113.8', '127.0.0.1']) {
      const headers = { 'X-Forwarded-For': address };
      expect((await fetch(`${app.url}/messages`, { headers })).status).toBe(403);
      await expect(connect(app.url, { extraHeaders: headers })).rejects.toThrow('banned');
      await expect(openPeer(app.url, '/ws', 'json', undefined, headers)).rejects.toThrow('403');
    }
  });

  it('from a trusted proxy is the address that a ban applies to', async () => {
    app = await startApp({ TRUST_PROXY: '127.0.0.1' });
    const owner = await TestVisitor.createOwner(app);
    const guest = await TestVisitor.createGuest(app.url);
    const from = (address: string) => ({ 'X-Forwarded-For': address });
    const headers = { ...guest.headers, ...from('203.0.113.7') };
    const peer = await openPeer(app.url, '/ws', 'json', undefined, headers);
    await owner.request('PUT', `/people/${guest.id}/ban`, { address: true });
    await peer.closed;
    const status = async (address: string) =>
      (await fetch(`${app!.url}/messages`, { headers: from(address) })).status;
    expect(await status('203.0.113.7')).toBe(403);
    expect(await status('198.51.100.1, 203.0.113.7')).toBe(403);
    expect(await status('203.0.113.8')).toBe(200);
    expect(await status('203.0.113.7, 203.0.113.8')).toBe(200);
  });
});

describe('X-Forwarded-Proto', () => {
  const cookieFor = async (proto: string): Promise<string> =>
    (await fetch(app!.url, { headers: { 'X-Forwarded-Proto': proto } })).headers.getSetCookie()[0]!;

  it.each(['1', '127.0.0.0/8'])(
    'from a trusted proxy makes the cookie Secure: TRUST_PROXY=%s',
    async (trust) => {
      app = await startApp({ TRUST_PROXY: trust });
      expect(await cookieFor('https')).toMatch(/^__Host-parley_\w+=.*; Secure/);
      expect(await cookieFor('http')).not.toMatch(/__Host-|Secure/);
      // The client's value comes before the one that the proxy adds.
      expect(await cookieFor('https, http')).not.toMatch(/__Host-|Secure/);
    },
  );

  it.each(['0', '10.0.0.0/8'])('from an untrusted client is ignored: TRUST_PROXY=%s', async (trust) => {
    app = await startApp({ TRUST_PROXY: trust });
    expect(await cookieFor('https')).not.toMatch(/__Host-|Secure/);
  });
});
