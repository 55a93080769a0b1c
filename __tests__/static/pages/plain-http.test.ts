import { LAN_HOST, newContext } from '../../support/browser';
import { readAll, sendMessage } from '../../support/http';
import { setUpBrowser } from '../../support/browser-fixture';

/*
 * Plain HTTP to another machine, as in a local network, is no secure context: there is no `Sec-Fetch-Site`, no
 * `crypto.randomUUID`, no `navigator.locks` and no clipboard.
 */
describe('in a local network, over plain HTTP', () => {
  const fixture = setUpBrowser({ ACCESS: 'invite' });
  const url = () => fixture.app.url.replace('localhost', LAN_HOST);
  const open = (path: string, status: string | false = false) => fixture.openPage(path, { status }, url());

  /** Accepts the invitation that the first start prints. */
  async function openAsOwner() {
    const chat = await open(`/invite#${await fixture.app.createOwnerInvitation()}`);
    expect(await chat.page.evaluate(() => isSecureContext)).toBe(false);
    await chat.page.getByText('Join this chat as its owner').waitFor();
    await chat.page.getByRole('button', { name: 'Join' }).click();
    await chat.waitForStatus();
    return chat;
  }

  it('lets an owner invite somebody, and both write', async () => {
    const masha = await openAsOwner();
    await masha.page.getByRole('link', { name: 'Moderation' }).click();
    await masha.page.getByRole('button', { name: 'Create link' }).click();
    await masha.page.getByLabel('Copy the invitation link now.').waitFor();
    const link = await masha.page.getByLabel('Copy the invitation link now.').inputValue();
    expect(link).toMatch(/^http:\/\/parley\.test:\d+\/invite#[\w-]{43}$/);
    await masha.page.goto(url());
    await masha.waitForStatus();

    const olga = await open(`/invite#${link.split('#')[1]}`);
    await olga.page.getByText('Join this chat.').waitFor();
    await olga.page.getByRole('button', { name: 'Join' }).click();
    await olga.waitForStatus();
    await olga.send('from the kitchen');
    await masha.waitForMessages(['from the kitchen']);
    await masha.send('received');
    await olga.waitForMessages(['from the kitchen', 'received']);
  });

  it('creates an account with a password, and signs in with it', async () => {
    const masha = await openAsOwner();
    await masha.page.goto(`${url()}/account`);
    await masha.page.locator('#name-form').getByLabel('Name').fill('Masha');
    await masha.page.locator('#name-form').getByRole('button').click();
    await masha.page.locator('#password-form').getByLabel('Password').fill('correct horse');
    await masha.page.locator('#password-form').getByRole('button').first().click();
    await masha.page.locator('#sign-out').waitFor();

    const phone = await open('/');
    await phone.page.locator('#sign-in').getByLabel('Name').fill('Masha');
    await phone.page.locator('#sign-in').getByLabel('Password').fill('correct horse');
    await phone.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await phone.waitForStatus();
  });

  it('says that an invitation is not valid any more', async () => {
    const chat = await open('/invite#nonsense');
    await chat.page.getByRole('heading', { name: 'This invitation link is no longer valid' }).waitFor();
    expect(await chat.page.getByRole('button', { name: 'Join' }).isVisible()).toBe(false);
  });

  it('accepts a pasted invitation link and messages without scripts', async () => {
    const context = await newContext(fixture.browser, { javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${url()}/invite`);
    await page
      .getByLabel('Paste your invitation link')
      .fill(`${url()}/invite#${await fixture.app.createOwnerInvitation()}`);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.waitForURL(`${url()}/`);
    await page.getByRole('link', { name: 'Write a message' }).click();
    await page.locator('form.no-scripts').getByRole('textbox', { name: 'Message' }).fill('no script');
    await page.locator('form.no-scripts').getByRole('button', { name: 'Send' }).click();
    await page.waitForURL('**/r/lobby');
    await page.getByText('no script').waitFor();
  });
});

describe('an open chat in a local network, over plain HTTP', () => {
  const fixture = setUpBrowser();

  it('keeps a draft over a reload, and sends it once', async () => {
    const url = fixture.app.url.replace('localhost', LAN_HOST);
    await sendMessage(fixture.app.url, 'before');
    const masha = await fixture.openPage('/', {}, url);
    await masha.page.context().setOffline(true);
    await masha.send('kept');
    await masha.waitForStoredDrafts(1);
    await masha.page.context().setOffline(false);
    await masha.page.reload();
    await masha.waitForStatus();
    await masha.waitForMessages(['before', 'kept']);
    await masha.waitForDeliveryStates('sent');
    expect((await readAll(fixture.app.url)).map((entry) => 'message' in entry && entry.message)).toEqual([
      'before',
      'kept',
    ]);
  });
});
