import { LAN_HOST } from '../../support/browser';
import { readAll, say } from '../../support/http';
import { setStage } from '../../support/stage';

/*
 * Plain HTTP to another machine, as in a local network, is no secure context: there is no `Sec-Fetch-Site`, no
 * `crypto.randomUUID`, no `navigator.locks` and no clipboard.
 */
describe('in a local network, over plain HTTP', () => {
  const stage = setStage({ ACCESS: 'invite' });
  const url = () => stage.app.url.replace('localhost', LAN_HOST);
  const open = (path: string, live = false) => stage.visit(path, { live }, url());

  /** Accepts the invitation that the first start prints. */
  async function owner() {
    const visit = await open(`/invite#${await stage.app.ownersLink()}`);
    expect(await visit.page.evaluate(() => isSecureContext)).toBe(false);
    await visit.page.getByText('Join this chat as its owner').waitFor();
    await visit.page.getByRole('button', { name: 'Join' }).click();
    await visit.live();
    return visit;
  }

  it('lets an owner invite somebody, and both write', async () => {
    const masha = await owner();
    await masha.page.getByRole('link', { name: 'Moderation' }).click();
    await masha.page.getByRole('button', { name: 'Create link' }).click();
    await masha.page.getByLabel('Copy the invitation link now.').waitFor();
    const link = await masha.page.getByLabel('Copy the invitation link now.').inputValue();
    expect(link).toMatch(/^http:\/\/parley\.test:\d+\/invite#[\w-]{43}$/);
    await masha.page.goto(url());
    await masha.live();

    const olga = await open(`/invite#${link.split('#')[1]}`);
    await olga.page.getByText('Join this chat.').waitFor();
    await olga.page.getByRole('button', { name: 'Join' }).click();
    await olga.live();
    await olga.say('from the kitchen');
    await masha.shows(['from the kitchen']);
    await masha.say('received');
    await olga.shows(['from the kitchen', 'received']);
  });

  it('creates an account with a password, and signs in with it', async () => {
    const masha = await owner();
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
    await phone.live();
  });

  it('says that an invitation is not valid any more', async () => {
    const visit = await open('/invite#nonsense');
    await visit.page.getByRole('heading', { name: 'This invitation link is no longer valid' }).waitFor();
    expect(await visit.page.getByRole('button', { name: 'Join' }).isVisible()).toBe(false);
  });

  it('accepts a pasted invitation link and messages without scripts', async () => {
    const context = await stage.browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(`${url()}/invite`);
    await page
      .getByLabel('Paste your invitation link')
      .fill(`${url()}/invite#${await stage.app.ownersLink()}`);
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
  const stage = setStage();

  it('keeps a draft over a reload, and sends it once', async () => {
    const url = stage.app.url.replace('localhost', LAN_HOST);
    await say(stage.app.url, 'before');
    const masha = await stage.visit('/', {}, url);
    await masha.page.context().setOffline(true);
    await masha.say('kept');
    await masha.page.context().setOffline(false);
    await masha.page.reload();
    await masha.live();
    await masha.shows(['before', 'kept']);
    await masha.states('sent');
    expect((await readAll(stage.app.url)).map((entry) => 'message' in entry && entry.message)).toEqual([
      'before',
      'kept',
    ]);
  });
});
