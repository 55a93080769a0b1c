import type { Page } from 'playwright-core';
import { until, type Visit } from '../../support/browser';
import { readAll } from '../../support/http';
import { setStage, type Stage } from '../../support/stage';

const PASSWORD = 'correct horse';

/** Opens a page that does not connect to a room. */
const open = (stage: Stage, path: string, beside?: Visit) =>
  stage.visit(path, { live: false, ...(beside && { beside }) });

async function name(visit: Visit, username: string): Promise<void> {
  await visit.name.fill(username);
  await visit.name.press('Enter');
  await visit.page.locator('#people').getByText(username, { exact: true }).waitFor();
}

/** Creates an account with a password, on the page that the panel links to. */
async function keep({ page }: Visit): Promise<void> {
  await page.getByRole('link', { name: 'Create an account or sign in' }).click();
  await page.locator('#password-form').getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create a password' }).click();
  await page.getByRole('heading', { name: 'Signed-in browsers' }).waitFor();
}

async function signIn(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.locator('#sign-in').getByLabel('Name').fill(username);
  await page.locator('#sign-in').getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const heading = ({ page }: Visit) => page.getByRole('heading', { level: 1 });

describe('an account', () => {
  const stage = setStage();

  /** Opens the account page of a new account with a password. */
  async function masha(): Promise<Visit> {
    const visit = await stage.visit();
    await name(visit, 'Masha');
    await keep(visit);
    return visit;
  }

  it('is created with a password, and is the same visitor in another browser', async () => {
    const visit = await masha();
    await visit.page.getByRole('link', { name: '#lobby' }).click();
    await visit.live();
    await visit.say('from the desk');
    await visit.states('sent');

    const phone = await open(stage, '/account');
    await signIn(phone.page, 'masha', 'not the password');
    await phone.page.getByText('The name or the password is wrong.').waitFor();
    await signIn(phone.page, 'masha');
    await heading(phone).getByText('Masha').waitFor();
    await phone.page.getByRole('link', { name: '#lobby' }).click();
    await phone.live();
    await phone.states('sent');
    await phone.say('from the phone');
    await visit.states('sent', 'sent');
    const [one, two] = await readAll(stage.app.url);
    expect(two).toMatchObject({ username: 'Masha', visitor: one!.visitor });
  });

  it('needs a name, which can be chosen there', async () => {
    const visit = await open(stage, '/account');
    await visit.page.locator('#name-form').getByLabel('Name').fill('Masha');
    await visit.page.getByRole('button', { name: 'Save name' }).click();
    await visit.page.getByRole('heading', { name: 'Create an account' }).waitFor();
    await heading(visit).getByText('Masha').waitFor();
  });

  it('is created with a passkey, which signs in', async () => {
    const visit = await stage.visit();
    await name(visit, 'Masha');
    const devtools = await visit.page.context().newCDPSession(visit.page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await visit.page.getByRole('link', { name: 'Create an account or sign in' }).click();
    await visit.page.getByRole('button', { name: 'Create a passkey' }).click();
    await visit.page.getByRole('button', { name: 'Add a passkey' }).click();
    await visit.page.getByText('This device already has a passkey for this account.').waitFor();
    await visit.page.locator('#sign-out').getByRole('button').click();
    await heading(visit).getByText('Anonymous').waitFor();
    await visit.page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await heading(visit).getByText('Masha').waitFor();

    // The last way to sign in can't be removed.
    await visit.page.getByRole('button', { name: 'Remove the passkey' }).click();
    await visit.page.getByText('This is the only way to sign in.').waitFor();
    await visit.page.getByLabel('New password').fill('Masha uses this');
    await visit.page.getByRole('button', { name: 'Save' }).click();
    await visit.page.getByText('Password saved.').waitFor();
    await visit.page.getByRole('button', { name: 'Remove the passkey' }).click();
    await visit.page.getByRole('button', { name: 'Remove the passkey' }).waitFor({ state: 'detached' });
  });

  it('offers no passkey where the browser does not support them', async () => {
    const visit = await stage.visit('/account', {
      live: false,
      before: () => Reflect.deleteProperty(window, 'PublicKeyCredential'),
    });
    await visit.page.locator('#sign-in').getByLabel('Name').fill('Masha');
    await visit.page.waitForFunction(() => document.readyState === 'complete');
    expect(await visit.page.getByRole('button', { name: 'passkey' }).count()).toBe(0);
  });

  it('signs out another browser, whose page says so and reloads after the next sign-in', async () => {
    const visit = await masha();
    const lost = await open(stage, '/account');
    await signIn(lost.page, 'Masha');
    await heading(lost).getByText('Masha').waitFor();
    const room = await stage.visit('/', { beside: lost });

    await visit.page.reload();
    const browsers = visit.page.getByRole('list', { name: 'Signed-in browsers' }).getByRole('listitem');
    await until(() => browsers.count(), 2);
    expect(await browsers.filter({ hasText: 'this browser' }).getByRole('button').count()).toBe(0);
    await browsers.getByRole('button').click();
    await until(() => browsers.count(), 1);

    await room.live('You were signed out. Sign in again.');
    await room.say('Is anybody there?');
    await room.states('failed');
    expect(await readAll(stage.app.url)).toEqual([]);
    const href = await room.page.getByRole('link', { name: 'Sign in' }).getAttribute('href');
    const again = await open(stage, href!, room);
    await signIn(again.page, 'Masha');
    await room.live();
    await room.page.getByRole('button', { name: 'Retry' }).click();
    await room.states('sent');
    expect(await readAll(stage.app.url)).toMatchObject([{ username: 'Masha' }]);
  });

  it('is signed out in all tabs of the browser', async () => {
    const visit = await masha();
    const room = await stage.visit('/', { beside: visit });
    expect(await room.name.inputValue()).toBe('Masha');
    await visit.page.locator('#sign-out').getByRole('button').click();
    await until(() => room.name.inputValue(), 'Anonymous');
    await room.live();
  });

  it('changes its password only with the current one', async () => {
    const { page } = await masha();
    const change = async (current: string) => {
      await page.getByLabel('Current password').fill(current);
      await page.getByLabel('New password').fill('battery staple');
      await page.getByRole('button', { name: 'Save' }).click();
    };
    await change('no idea');
    await page.getByText('The current password is wrong.').waitFor();
    await change(PASSWORD);
    await page.getByText('Password saved.').waitFor();
    const phone = await open(stage, '/account');
    await signIn(phone.page, 'Masha', 'battery staple');
    await heading(phone).getByText('Masha').waitFor();
  });

  it('creates a token for a script, shows it once, and revokes it', async () => {
    const { page } = await masha();
    await page.getByLabel('Token name').fill('backup');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByLabel('Copy the token now.').waitFor();
    const token = await page.getByLabel('Copy the token now.').inputValue();
    const say = () =>
      fetch(`${stage.app.url}/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
        body: JSON.stringify({ message: 'from a script' }),
      });
    expect(await (await say()).json()).toMatchObject({ username: 'Masha' });
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Revoke backup' }).waitFor();
    expect(await page.content()).not.toContain(token);
    await page.getByRole('button', { name: 'Revoke backup' }).click();
    await page.getByRole('button', { name: 'Revoke backup' }).waitFor({ state: 'detached' });
    expect((await say()).status).toBe(401);
  });
});

describe('a chat by invitation', () => {
  const stage = setStage({ ACCESS: 'invite' });

  it('can be joined with a link, or with an account', async () => {
    const owner = await open(stage, `/invite#${await stage.app.ownersLink()}`);
    await owner.page.getByRole('button', { name: 'Join' }).click();
    await owner.live();
    await owner.page.getByRole('link', { name: 'Moderation' }).click();
    await owner.page.getByRole('button', { name: 'Create link' }).click();
    await owner.page.getByLabel('Copy the invitation link now.').waitFor();
    const link = await owner.page.getByLabel('Copy the invitation link now.').inputValue();

    const guest = await open(stage, '/r/garden');
    await heading(guest).getByText('This chat is by invitation.').waitFor();
    await guest.page.goto(link);
    await guest.page.getByRole('button', { name: 'Join' }).click();
    await guest.live();
    await name(guest, 'Masha');
    await keep(guest);

    const late = await open(stage, `/invite${new URL(link).hash}`);
    await heading(late).getByText('This invitation link is no longer valid.').waitFor();
    await late.page.goto(`${stage.app.url}/r/garden`);
    await signIn(late.page, 'Masha');
    await late.live();
    expect(new URL(late.page.url()).pathname).toBe('/r/garden');
  });
});

describe('a closed chat', () => {
  const stage = setStage({ ACCESS: 'closed' });

  it('can be joined with an invitation and a new account', async () => {
    const owner = await open(stage, `/invite#${await stage.app.ownersLink()}`);
    const { page } = owner;
    await page.getByRole('button', { name: 'Join' }).click();
    await page.locator('#name-form').getByLabel('Name').fill('Masha');
    await page.getByRole('button', { name: 'Save name' }).click();
    await page.locator('#password-form').getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create a password' }).click();
    await page.getByRole('heading', { name: 'Signed-in browsers' }).waitFor();
    await page.getByRole('link', { name: '#lobby' }).click();
    await owner.live();
  });
});
