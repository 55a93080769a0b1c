import type { Page } from 'playwright-core';
import type { ChatPage } from '../../support/browser';
import { readAll } from '../../support/http';
import { type BrowserFixture, setUpBrowser } from '../../support/browser-fixture';
import { waitUntilEqual } from '../../support/wait';

const PASSWORD = 'correct horse';

/** Opens a page that does not connect to a room. */
const open = (fixture: BrowserFixture, path: string, beside?: ChatPage) =>
  fixture.openPage(path, { status: false, ...(beside && { sameProfileAs: beside }) });

async function setName(chat: ChatPage, username: string): Promise<void> {
  await chat.nameField.fill(username);
  await chat.nameField.press('Enter');
  await chat.page.locator('#people').getByText(username, { exact: true }).waitFor();
}

/** Creates an account with a password, on the page that the panel links to. */
async function createAccount({ page }: ChatPage): Promise<void> {
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

const heading = ({ page }: ChatPage) => page.getByRole('heading', { level: 1 });

describe('an account', () => {
  const fixture = setUpBrowser();

  /** Opens the account page of a new account with a password. */
  async function openAccount(): Promise<ChatPage> {
    const chat = await fixture.openPage();
    await setName(chat, 'Masha');
    await createAccount(chat);
    return chat;
  }

  it('is created with a password, and is the same visitor in another browser', async () => {
    const chat = await openAccount();
    await chat.page.getByRole('link', { name: '#lobby' }).click();
    await chat.waitForStatus();
    await chat.send('from the desk');
    await chat.waitForDeliveryStates('sent');

    const phone = await open(fixture, '/account');
    await signIn(phone.page, 'masha', 'not the password');
    await phone.page.getByText('The name or the password is wrong.').waitFor();
    await signIn(phone.page, 'masha');
    await heading(phone).getByText('Masha').waitFor();
    await phone.page.getByRole('link', { name: '#lobby' }).click();
    await phone.waitForStatus();
    await phone.waitForDeliveryStates('sent');
    await phone.send('from the phone');
    await chat.waitForDeliveryStates('sent', 'sent');
    const [one, two] = await readAll(fixture.app.url);
    expect(two).toMatchObject({ username: 'Masha', visitor: one!.visitor });
  });

  it('needs a name, which can be chosen there', async () => {
    const chat = await open(fixture, '/account');
    await chat.page.locator('#name-form').getByLabel('Name').fill('Masha');
    await chat.page.getByRole('button', { name: 'Save name' }).click();
    await chat.page.getByRole('heading', { name: 'Create an account' }).waitFor();
    await heading(chat).getByText('Masha').waitFor();
  });

  it('is created with a passkey, which signs in', async () => {
    const chat = await fixture.openPage();
    await setName(chat, 'Masha');
    const devtools = await chat.page.context().newCDPSession(chat.page);
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
    await chat.page.getByRole('link', { name: 'Create an account or sign in' }).click();
    await chat.page.getByRole('button', { name: 'Create a passkey' }).click();
    await chat.page.getByRole('button', { name: 'Add a passkey' }).click();
    await chat.page.getByText('This device already has a passkey for this account.').waitFor();
    await chat.page.locator('#sign-out').getByRole('button').click();
    await heading(chat).getByText('Anonymous').waitFor();
    await chat.page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await heading(chat).getByText('Masha').waitFor();

    // The last way to sign in can't be removed.
    await chat.page.getByRole('button', { name: 'Remove the passkey' }).click();
    await chat.page.getByText('This is the only way to sign in.').waitFor();
    await chat.page.getByLabel('New password').fill('Masha uses this');
    await chat.page.getByRole('button', { name: 'Save' }).click();
    await chat.page.getByText('Password saved.').waitFor();
    await chat.page.getByRole('button', { name: 'Remove the passkey' }).click();
    await chat.page.getByRole('button', { name: 'Remove the passkey' }).waitFor({ state: 'detached' });
  });

  it('offers no passkey where the browser does not support them', async () => {
    const chat = await fixture.openPage('/account', {
      status: false,
      initScript: () => Reflect.deleteProperty(window, 'PublicKeyCredential'),
    });
    await chat.page.locator('#sign-in').getByLabel('Name').fill('Masha');
    await chat.page.waitForFunction(() => document.readyState === 'complete');
    expect(await chat.page.getByRole('button', { name: 'passkey' }).count()).toBe(0);
  });

  it('signs out another browser, whose page says so, reloads after the next sign-in, and sends its draft', async () => {
    const chat = await openAccount();
    const lost = await open(fixture, '/account');
    await signIn(lost.page, 'Masha');
    await heading(lost).getByText('Masha').waitFor();
    const room = await fixture.openPage('/', { sameProfileAs: lost });

    await chat.page.reload();
    const browsers = chat.page.getByRole('list', { name: 'Signed-in browsers' }).getByRole('listitem');
    await waitUntilEqual(() => browsers.count(), 2);
    expect(await browsers.filter({ hasText: 'this browser' }).getByRole('button').count()).toBe(0);
    await browsers.getByRole('button').click();
    await waitUntilEqual(() => browsers.count(), 1);

    await room.waitForStatus('You were signed out. Sign in again.');
    const refusal = room.page.waitForResponse((response) => response.status() === 401);
    await room.send('Is anybody there?');
    await refusal;
    await room.waitForDeliveryStates('sending');
    expect(await readAll(fixture.app.url)).toEqual([]);
    const href = await room.page.getByRole('link', { name: 'Sign in' }).getAttribute('href');
    const again = await open(fixture, href!, room);
    await signIn(again.page, 'Masha');
    await room.waitForStatus();
    await room.waitForDeliveryStates('sent');
    expect(await readAll(fixture.app.url)).toMatchObject([{ username: 'Masha' }]);
  });

  it('is signed out in all tabs of the browser', async () => {
    const chat = await openAccount();
    const room = await fixture.openPage('/', { sameProfileAs: chat });
    expect(await room.nameField.inputValue()).toBe('Masha');
    await chat.page.locator('#sign-out').getByRole('button').click();
    await waitUntilEqual(() => room.nameField.inputValue(), 'Anonymous');
    await room.waitForStatus();
  });

  it('changes its password only with the current one', async () => {
    const { page } = await openAccount();
    const change = async (current: string) => {
      await page.getByLabel('Current password').fill(current);
      await page.getByLabel('New password').fill('battery staple');
      await page.getByRole('button', { name: 'Save' }).click();
    };
    await change('no idea');
    await page.getByText('The current password is wrong.').waitFor();
    await change(PASSWORD);
    await page.getByText('Password saved.').waitFor();
    const phone = await open(fixture, '/account');
    await signIn(phone.page, 'Masha', 'battery staple');
    await heading(phone).getByText('Masha').waitFor();
  });

  it('creates a token for a script, shows it once, and revokes it', async () => {
    const { page } = await openAccount();
    await page.getByLabel('Token name').fill('backup');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByLabel('Copy the token now.').waitFor();
    const token = await page.getByLabel('Copy the token now.').inputValue();
    const send = () =>
      fetch(`${fixture.app.url}/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
        body: JSON.stringify({ message: 'from a script' }),
      });
    expect(await (await send()).json()).toMatchObject({ username: 'Masha' });
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Revoke backup' }).waitFor();
    expect(await page.content()).not.toContain(token);
    await page.getByRole('button', { name: 'Revoke backup' }).click();
    await page.getByRole('button', { name: 'Revoke backup' }).waitFor({ state: 'detached' });
    expect((await send()).status).toBe(401);
  });
});

describe('a chat by invitation', () => {
  const fixture = setUpBrowser({ ACCESS: 'invite' });

  it('can be joined with a link, or with an account', async () => {
    const owner = await open(fixture, `/invite#${await fixture.app.createOwnerInvitation()}`);
    await owner.page.getByRole('button', { name: 'Join' }).click();
    await owner.waitForStatus();
    await owner.page.getByRole('link', { name: 'Moderation' }).click();
    await owner.page.getByRole('button', { name: 'Create link' }).click();
    await owner.page.getByLabel('Copy the invitation link now.').waitFor();
    const link = await owner.page.getByLabel('Copy the invitation link now.').inputValue();

    const guest = await open(fixture, '/r/garden');
    await heading(guest).getByText('This chat is by invitation.').waitFor();
    await guest.page.goto(link);
    await guest.page.getByRole('button', { name: 'Join' }).click();
    await guest.waitForStatus();
    await setName(guest, 'Masha');
    await createAccount(guest);

    const late = await open(fixture, `/invite${new URL(link).hash}`);
    await heading(late).getByText('This invitation link is no longer valid.').waitFor();
    await late.page.goto(`${fixture.app.url}/r/garden`);
    await signIn(late.page, 'Masha');
    await late.waitForStatus();
    expect(new URL(late.page.url()).pathname).toBe('/r/garden');
  });
});

describe('a closed chat', () => {
  const fixture = setUpBrowser({ ACCESS: 'closed' });

  it('can be joined with an invitation and a new account', async () => {
    const owner = await open(fixture, `/invite#${await fixture.app.createOwnerInvitation()}`);
    const { page } = owner;
    await page.getByRole('button', { name: 'Join' }).click();
    await page.locator('#name-form').getByLabel('Name').fill('Masha');
    await page.getByRole('button', { name: 'Save name' }).click();
    await page.locator('#password-form').getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create a password' }).click();
    await page.getByRole('heading', { name: 'Signed-in browsers' }).waitFor();
    await page.getByRole('link', { name: '#lobby' }).click();
    await owner.waitForStatus();
  });
});
