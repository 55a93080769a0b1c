import { type RunningApp, startApp } from '../../support/app';

let app: RunningApp;
afterEach(() => app.close());

describe.each(['/livez', '/readyz'])('%s', (path) => {
  it.each(['open', 'invite', 'closed'])('answers everybody in a chat that is %s', async (access) => {
    app = await startApp({ ACCESS: access });
    const answer = await fetch(app.url + path);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: path === '/livez' ? 'live' : 'ready' });
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('answers as text if that is accepted, and HEAD without a body', async () => {
    app = await startApp();
    const text = await fetch(app.url + path, { headers: { Accept: 'text/plain' } });
    expect(await text.text()).toBe(path === '/livez' ? 'live\n' : 'ready\n');
    const head = await fetch(app.url + path, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const other = await fetch(app.url + path, { headers: { Accept: 'image/png' } });
    expect(other.status).toBe(406);
  });

  it('answers an address that has exhausted its rate limits, but no flood of probes', async () => {
    app = await startApp({ LIMITS: 'on', LIMIT_READS: '1/600' });
    const statuses = async (url: string, count: number) =>
      new Set(await Promise.all(Array.from({ length: count }, async () => (await fetch(url)).status)));
    expect(await statuses(`${app.url}/messages`, 20)).toContain(429);
    expect(await statuses(app.url + path, 900)).toEqual(new Set([200]));
    expect(await statuses(app.url + path, 200)).toContain(429);
  });
});
