import { type RunningApp, startApp } from '../../support/app';
import { postJson, sendMessage } from '../../support/http';

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

const get = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(app.url + path, { headers });
  return { answer, html: await answer.text(), cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
};

describe('the page', () => {
  it('contains the newest 50 messages and the cursor to continue from', async () => {
    for (let i = 1; i <= 60; i += 1) await sendMessage(app.url, `text-${i}.`);
    const { html } = await get('/');
    expect(html).not.toContain('text-10.');
    expect(html.indexOf('text-11.')).toBeGreaterThan(0);
    expect(html.indexOf('text-60.')).toBeGreaterThan(html.indexOf('text-59.'));
    expect(html).toMatch(/data-cursor="[0-9a-z]+:60:[0-9a-f]{12}"/);
  });

  it('shows the room that its address names, and the lobby without one', async () => {
    await sendMessage(app.url, 'said elsewhere', { room: 'team' });
    expect((await get('/r/team')).html).toContain('said elsewhere');
    expect((await get('/')).html).not.toContain('said elsewhere');
    expect((await get('/r/No%20Room')).answer.status).toBe(400);
  });

  it('shows messages as text', async () => {
    await sendMessage(app.url, '<script>alert(1)</script><img src=x>');
    const { html } = await get('/');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x&gt;');
  });

  it('gives a browser a cookie, with which its name comes back', async () => {
    const first = await get('/');
    const renamed = await postJson(`${app.url}/username`, { username: 'Masha' }, { Cookie: first.cookie });
    expect(renamed.body).toMatchObject({ type: 'change_username', username: 'Masha' });
    const second = await get('/', { Cookie: first.cookie });
    expect(second.html).toContain('value="Masha"');
    expect(second.html).toContain(`data-visitor="${renamed.body.visitor as string}"`);
    const sent = await postJson(`${app.url}/messages`, { message: 'x' }, { Cookie: second.cookie });
    expect(sent.body).toMatchObject({ username: 'Masha', visitor: renamed.body.visitor });
  });

  it('runs only its own scripts, and cannot be framed', async () => {
    const { answer, html } = await get('/');
    const policy = answer.headers.get('content-security-policy')!;
    const [, nonce] = /'nonce-([^']+)'/.exec(policy)!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain(`ws://${new URL(app.url).host}`);
    expect(policy).not.toContain('unsafe');
    for (const [tag] of html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>/g))
      expect(tag).toContain(`nonce="${nonce}"`);
    expect((await get('/')).answer.headers.get('content-security-policy')).not.toContain(nonce);
  });

  it('is served with its styles and scripts, and no other files', async () => {
    const { html } = await get('/');
    const assets = [...html.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(([, path]) => path!);
    expect(assets.length).toBeGreaterThan(1);
    for (const path of [...assets, '/static/socket.io.js']) {
      expect([path, (await get(path)).answer.status]).toEqual([path, 200]);
    }
    for (const path of ['chat.ts', 'tsconfig.json', 'tsconfig.tsbuildinfo', 'chat.d.ts', '../package.json']) {
      expect([path, (await get(`/static/${path}`)).answer.status]).toEqual([path, 404]);
    }
  });
});
