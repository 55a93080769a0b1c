import { postJson, sendMessage } from '../support/http';
import { TestVisitor } from '../support/test-visitor';
import { sendRaw } from '../support/raw';
import { setUpBrowser } from '../support/browser-fixture';
import { waitUntilEqual } from '../support/wait';

/** After each test, it checks that no page has thrown or violated its content security policy. */
const fixture = setUpBrowser();

const NAME = '<img src=x onerror=hit()>';
const CONTACT = '<svg onload=hit()><b id=mark>C';
const TEXTS = [
  '<script>hit()</script><img src=x onerror="hit()">',
  '"\'><svg/onload=hit()><iframe srcdoc="<script>parent.hit()</script>">',
  '</script></title></textarea><script>hit()</script>',
  'javascript:hit() data:text/html,<script>hit()</script> http://"onmouseover="hit()"',
  '<%= process.env %> ${7*7} {{7*7}} <%- include("/etc/passwd") %>',
  '&lt;b&gt; &#60;script&#62; \\u003cscript\\u003e',
  '<b id=mark>bold</b><style>*{display:none}</style><base href=//evil.example>',
];

/** Matches the elements that exist if any of the texts is parsed as markup. */
const MARKUP =
  '#mark, base, iframe, svg[onload], img[src="x"], [onmouseover], [onerror], a[href^="javascript"]';

/** Opens a page that records calls of `hit`. */
const open = (path?: string) =>
  fixture.openPage(path, {
    initScript: () => {
      Object.assign(window, { hits: 0, hit: () => ((window as unknown as { hits: number }).hits += 1) });
    },
  });

async function expectNoMarkup(page: Awaited<ReturnType<typeof open>>['page']): Promise<void> {
  expect(await page.locator(MARKUP).count()).toBe(0);
  expect(await page.evaluate(() => (window as unknown as { hits: number }).hits)).toBe(0);
}

describe('markup and script', () => {
  it('in names, messages and contacts are shown as text, both live and after a reload', async () => {
    const chat = await open();
    const { page } = chat;
    const mallory = await TestVisitor.createGuest(fixture.app.url);
    await mallory.request('POST', '/username', { username: NAME });
    for (const message of TEXTS) await mallory.request('POST', '/messages', { message });
    await postJson(`${fixture.app.url}/contacts`, { name: CONTACT, phone: '+79123456789' });
    for (const turn of ['live', 'rendered']) {
      if (turn === 'rendered') await page.reload();
      await chat.waitForMessages(TEXTS);
      expect(await page.locator('.author').first().textContent()).toContain(NAME);
      await page.locator('#contacts').getByText(CONTACT, { exact: true }).waitFor();
      await expectNoMarkup(page);
    }
  });

  it('in one’s own name, and in that of a visitor who is typing, are shown as text', async () => {
    const [own, other] = [await open(), await open()];
    await own.nameField.fill(NAME);
    await own.nameField.press('Enter');
    await other.page.locator('#people').getByText(NAME).waitFor();
    // The line disappears after some seconds.
    await Promise.all([
      other.page.locator('#typing').getByText(NAME).waitFor(),
      own.messageField.pressSequentially('a'),
    ]);
    await own.page.reload();
    await waitUntilEqual(() => own.nameField.inputValue(), NAME);
    for (const { page } of [own, other]) await expectNoMarkup(page);
  });

  it.each([
    '/r/<img src=x onerror=hit()>',
    '/r/"><script>hit()</script>',
    '/<script>hit()</script>',
    '/?room=<b id=mark>',
  ])('in an address are not rendered: %s', async (path) => {
    const { page } = await fixture.openPage('/', { status: false });
    await page.goto(fixture.app.url + path).catch(() => undefined);
    expect(await page.locator(MARKUP).count()).toBe(0);
    expect(await page.evaluate(() => 'hits' in window)).toBe(false);
  });

  it('in a name and a User-Agent are shown as text on the pages of accounts and moderators', async () => {
    const owner = await TestVisitor.createOwner(fixture.app);
    await owner.request('POST', '/username', { username: NAME });
    await owner.request('PUT', '/account/password', { password: 'long enough' }, { 'User-Agent': NAME });
    for (const path of ['/account', '/moderation', '/r/lobby']) {
      const { status, text } = await owner.request('GET', path, undefined, { Accept: 'text/html' });
      expect({ path, status, markup: text.includes(NAME) }).toEqual({ path, status: 200, markup: false });
    }
  });
});

/** A page and its content security policy. */
interface Policy {
  policy: string;
  /** The values of each directive. */
  of: Record<string, string[]>;
  /** The HTML. */
  text: string;
}

describe('the content security policy', () => {
  async function policyOf(path: string): Promise<Policy> {
    const response = await fetch(fixture.app.url + path, { headers: { Accept: 'text/html' } });
    const policy = response.headers.get('content-security-policy')!;
    const directives = policy.split(';').map((one) => one.trim().split(/ +/));
    const text = await response.text();
    return { policy, text, of: Object.fromEntries(directives.map(([name, ...values]) => [name!, values])) };
  }

  it('allows nothing by default, no inline script without its nonce, and no frame', async () => {
    for (const path of ['/', '/r/other', '/account', '/invite', '/nothing', '/r/BAD']) {
      const { policy, of, text } = await policyOf(path);
      expect(policy).not.toMatch(/unsafe|\*|https?:[^/]|blob:/);
      expect(of['default-src']).toEqual(["'none'"]);
      expect(of['frame-ancestors']).toEqual(["'none'"]);
      expect(of['base-uri']).toEqual(["'none'"]);
      expect(of['form-action']).toEqual(["'self'"]);
      const [, nonce] = /'nonce-([\w+/]{22}==)'/.exec(of['script-src']!.join(' '))!;
      // Inline scripts have the nonce, and there are no event handlers.
      for (const [, attributes] of text.matchAll(/<script\b([^>]*)>/g))
        expect(attributes).toMatch(attributes!.includes(' src=') ? /src="\/static\// : `nonce="${nonce}"`);
      expect(text).not.toMatch(/<[^>]+\s(on\w+|style)=/);
    }
  });

  it('has a new nonce in every response', async () => {
    const policies = await Promise.all(Array.from({ length: 20 }, () => policyOf('/')));
    expect(new Set(policies.map(({ of }) => of['script-src']!.at(-1))).size).toBe(20);
  });

  it('allows WebSockets to its own host only, whatever the Host header is', async () => {
    const { host } = new URL(fixture.app.url);
    expect((await policyOf('/')).of['connect-src']).toEqual(["'self'", `ws://${host}`, `wss://${host}`]);
    const { status, text } = await sendRaw(
      fixture.app.url,
      'GET / HTTP/1.1',
      'Host: evil.example; script-src *',
      'Connection: close',
    );
    expect(status).toBe(400);
    expect(text).not.toMatch(/evil|script-src \*/);
  });

  it('is enforced by the browser: an injected inline script does not run', async () => {
    const { page, errors } = await open();
    const violated = await page.evaluate(async () => {
      const violation = new Promise((resolve) =>
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective)),
      );
      const script = document.createElement('script');
      script.textContent = 'hit()';
      document.body.append(script);
      return violation;
    });
    expect(violated).toBe('script-src-elem');
    await expectNoMarkup(page);
    expect(errors).toHaveLength(1);
    // This violation was intended.
    errors.length = 0;
  });

  it('prevents other origins from framing the page', async () => {
    await sendMessage(fixture.app.url, 'framed');
    const { page, errors } = await fixture.openPage('/', { status: false });
    await page.goto('about:blank');
    await page.setContent(`<iframe src="${fixture.app.url}/"></iframe>`);
    await page.frames()[1]!.waitForLoadState();
    expect(await page.frames()[1]!.locator('.chat').count()).toBe(0);
    // This violation was intended.
    errors.length = 0;
  });
});
