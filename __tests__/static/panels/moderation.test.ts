import type { ChatPage } from '../../support/browser';
import { readAll, sendMessage } from '../../support/http';
import { type BrowserFixture, setUpBrowser } from '../../support/browser-fixture';
import { waitUntilEqual } from '../../support/wait';

/** Opens the room as the owner of a new server. */
async function openAsOwner(fixture: BrowserFixture): Promise<ChatPage> {
  const owner = await fixture.openPage(`/invite#${await fixture.app.createOwnerInvitation()}`, {
    status: false,
  });
  await owner.page.getByRole('button', { name: 'Join' }).click();
  await owner.waitForStatus();
  return owner;
}

const actions = ({ page }: ChatPage) => page.getByRole('dialog');

/** Opens the menu of a message. */
async function openActions(chat: ChatPage, text: string): Promise<void> {
  const message = chat.messagesWithText(text);
  await message.hover();
  await message.getByRole('button', { name: 'Message actions' }).click();
  await actions(chat).waitFor();
}

/** Deletes a message with the open menu. */
async function confirm(chat: ChatPage): Promise<void> {
  await actions(chat).getByRole('button', { name: 'Delete message' }).click();
  await actions(chat).getByRole('button', { name: 'Delete for everyone' }).click();
  await actions(chat).waitFor({ state: 'hidden' });
}

describe('a deleted message', () => {
  const fixture = setUpBrowser();
  const { openPage } = fixture;

  it('loses its text on every open page, and is not on pages opened later', async () => {
    const [masha, tom] = [await openPage(), await openPage()];
    await masha.send('a secret');
    await masha.send('and more');
    await masha.waitForDeliveryStates('sent', 'sent');
    await openActions(masha, 'a secret');
    await confirm(masha);
    for (const one of [masha, tom]) {
      await one.waitForMessages(['Deleted', 'and more']);
      expect(await one.page.content()).not.toContain('a secret');
    }
    await tom.page.reload();
    await tom.waitForMessages(['and more']);
    expect(await tom.page.content()).not.toContain('a secret');
    expect(await tom.page.title()).toBe('#lobby · Parley');
  });

  it('can’t be one of somebody else, unless for a moderator', async () => {
    const [masha, tom] = [await openPage(), await openPage()];
    await masha.send('mine');
    await tom.waitForMessages(['mine']);
    await tom.messagesWithText('mine').hover();
    expect(await tom.messagesWithText('mine').getByRole('button').count()).toBe(0);
  });

  it('can be reached, cancelled and confirmed by keyboard', async () => {
    const masha = await openPage();
    await masha.send('first');
    await masha.send('second');
    await masha.waitForDeliveryStates('sent', 'sent');
    await masha.messageField.press('Shift+Tab');
    await masha.page.keyboard.press('ArrowUp');
    await masha.page.keyboard.press('Enter');
    await actions(masha).waitFor();
    await masha.page.keyboard.press('Escape');
    await actions(masha).waitFor({ state: 'hidden' });
    const focused = () => masha.page.evaluate(() => document.activeElement?.closest('li')?.textContent ?? '');
    expect(await focused()).toContain('first');
    await masha.page.keyboard.press('Enter');
    await confirm(masha);
    await masha.waitForMessages(['Deleted', 'second']);
    // The focus moves to the next message.
    await waitUntilEqual(async () => (await focused()).includes('second'), true);
  });

  it('does not count towards a page of history', async () => {
    const owner = await openAsOwner(fixture);
    await sendMessage(fixture.app.url, 'before it all', { room: 'spam' });
    const sent = [];
    for (let i = 0; i < 60; i++) sent.push(await sendMessage(fixture.app.url, `spam ${i}`, { room: 'spam' }));
    await owner.page.evaluate(
      async (ids) => {
        for (const id of ids) await fetch(`/r/spam/messages/${id}`, { method: 'DELETE' });
      },
      sent.map(({ id }) => id),
    );
    await owner.page.goto(`${fixture.app.url}/r/spam`);
    await owner.waitForMessages(['before it all']);
  });
});

describe('a moderator', () => {
  const fixture = setUpBrowser();
  const { openPage } = fixture;
  afterEach(() => jest.restoreAllMocks());

  it('deletes messages of others, mutes and unmutes', async () => {
    const [owner, tom] = [await openAsOwner(fixture), await openPage()];
    await tom.send('BUY WATCHES');
    await owner.waitForMessages(['BUY WATCHES']);
    await openActions(owner, 'BUY WATCHES');
    await actions(owner).getByLabel('Mute: can read, but not write').selectOption('for 10 minutes');
    await actions(owner).getByRole('button', { name: 'Mute' }).click();
    await actions(owner)
      .getByText(/^Anonymous [a-z0-9]{4} is muted\.$/)
      .waitFor();
    await confirm(owner);
    await tom.waitForMessages(['Deleted']);
    await tom.send('BUY MORE WATCHES');
    await tom.log.getByText('a moderator has muted you').waitFor();
    // Before the first attempt to write, too.
    await tom.page.reload();
    const muted = tom.page.locator('#rule').getByText('A moderator has muted you: you can only read.');
    await muted.waitFor();

    await owner.page.getByRole('link', { name: 'Moderation' }).click();
    await owner.page.getByText('Muted until').waitFor();
    await owner.page.getByText(/^Anonymous \w+ muted Anonymous \w+ for 10 min/).waitFor();
    await owner.page.getByRole('button', { name: 'Unmute Anonymous' }).click();
    await owner.page.getByText('Muted until').waitFor({ state: 'detached' });
    await tom.page.getByRole('button', { name: 'Retry' }).click();
    await tom.waitForDeliveryStates('sent');
    await muted.waitFor({ state: 'detached' });
  });

  it('bans somebody, whose page shows until when and retries once a minute', async () => {
    const [owner, tom] = [await openAsOwner(fixture), await openPage()];
    await tom.send('BUY WATCHES');
    await owner.waitForMessages(['BUY WATCHES']);
    await openActions(owner, 'BUY WATCHES');
    const asked: string[] = [];
    tom.page.on('request', (request) => asked.push(request.url()));
    tom.page.on('websocket', (socket) => asked.push(socket.url()));
    await tom.page.clock.install();
    await actions(owner).getByRole('button', { name: 'Ban' }).click();
    await tom.page
      .getByRole('status')
      .getByText(/^You are banned from this chat until .* UTC\.$/)
      .waitFor();
    asked.length = 0;
    // The clock of the page runs on while the test does.
    await tom.page.clock.runFor(40_000);
    expect(asked).toEqual([]);
    await tom.page.clock.runFor(20_000);
    await waitUntilEqual(async () => asked.length, 1);
    expect(await tom.page.getByRole('link', { name: 'Sign in', exact: true }).count()).toBe(0);

    await owner.page.goto(`${fixture.app.url}/moderation`);
    await owner.page.getByRole('button', { name: 'Unban Anonymous' }).click();
    await owner.page.getByText('Banned until').waitFor({ state: 'detached' });
    await tom.page.getByRole('button', { name: 'Try now' }).click();
    await tom.waitForStatus();
  });

  it.each(['sse', 'subscribe', 'poll'])('bans somebody who reads over %s', async (transport) => {
    const owner = await openAsOwner(fixture);
    // In a room with a recent message, polls come every second.
    await sendMessage(fixture.app.url, 'hello');
    const tom = await openPage(`/?transport=${transport}`, { status: false });
    await tom.page.locator('.status[data-state=live]').waitFor();
    await tom.send('BUY WATCHES');
    await owner.waitForMessages(['hello', 'BUY WATCHES']);
    await openActions(owner, 'BUY WATCHES');
    await actions(owner).getByLabel('Ban: can’t use this chat').selectOption('permanently');
    await actions(owner).getByRole('button', { name: 'Ban' }).click();
    await tom.waitForStatus('You are banned from this chat.');
  });

  it('sets slow mode: messages that come too fast are sent later, in order', async () => {
    const [owner, tom] = [await openAsOwner(fixture), await openPage()];
    await tom.page.clock.install();
    await owner.page.getByLabel('Slow mode').selectOption('30 s');
    await tom.page.getByText('Slow mode: one message every 30 s.').waitFor();
    await tom.send('first');
    await tom.send('second');
    await tom.page.getByText('You are sending too fast. The next message will be sent').waitFor();
    await tom.waitForDeliveryStates('sent', 'sending');
    // Later, for the server and for the page.
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 30_000);
    await tom.page.clock.fastForward(30_000);
    await tom.waitForDeliveryStates('sent', 'sent');
    await owner.waitForMessages(['first', 'second']);
    await tom.page.getByText('You are sending too fast').waitFor({ state: 'detached' });
    // Moderators are exempt.
    await owner.send('one');
    await owner.send('two');
    await owner.waitForDeliveryStates('sent', 'sent');
  });

  it('locks and unlocks a room, on open pages and later ones', async () => {
    const [owner, tom] = [await openAsOwner(fixture), await openPage()];
    await tom.messageField.fill('a thought');
    await owner.page.getByLabel('Only moderators can write').check();
    await tom.page.getByText('This room is locked: only moderators can write.').waitFor();
    expect(await tom.messageField.isDisabled()).toBe(true);
    await owner.send('The rules have changed.');
    await tom.waitForMessages(['The rules have changed.']);
    await tom.page.reload();
    expect(await tom.messageField.isDisabled()).toBe(true);
    await tom.waitForStatus();
    await owner.page.getByLabel('Only moderators can write').uncheck();
    await waitUntilEqual(() => tom.messageField.isDisabled(), false);
    expect(await tom.messageField.inputValue()).toBe('a thought');
    await tom.messageField.press('Enter');
    await owner.waitForMessages(['The rules have changed.', 'a thought']);
  });

  it('is made by an owner’s invitation, and sees no invitations and no audit log', async () => {
    const owner = await openAsOwner(fixture);
    await owner.page.getByRole('link', { name: 'Moderation' }).click();
    const { page } = owner;
    await page.getByLabel('Role', { exact: true }).selectOption('Moderator');
    await page.getByRole('button', { name: 'Create link' }).click();
    await page.getByLabel('Copy the invitation link now.').waitFor();
    const link = await page.getByLabel('Copy the invitation link now.').inputValue();
    const mona = await openPage(`/invite${new URL(link).hash}`, { status: false });
    await mona.page.getByRole('button', { name: 'Join' }).click();
    await mona.page.getByRole('link', { name: 'Moderation' }).click();
    await mona.page.getByRole('list', { name: 'People' }).getByText('Moderator').waitFor();
    expect(await mona.page.getByRole('heading', { level: 2 }).allTextContents()).toEqual(['People']);

    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Past links').click();
    await page.getByText('Used up').first().waitFor();
    await page.getByRole('combobox', { name: 'Role of Anonymous' }).selectOption('Member');
    await page.getByText(/made Anonymous \w+ a member/).waitFor();
    await mona.page.reload();
    await mona.page.getByRole('heading', { name: 'Only a moderator may do that.' }).waitFor();
  });
});

describe('rate limits', () => {
  const fixture = setUpBrowser({ LIMITS: 'on', LIMIT_MESSAGES: '5/30', LIMIT_NAMES: '1/60' });
  afterEach(() => jest.restoreAllMocks());

  it('lose no message that is sent too fast: each arrives once and in order', async () => {
    const [masha, tom] = [await fixture.openPage(), await fixture.openPage()];
    await masha.page.clock.install();
    const texts = Array.from({ length: 10 }, (_, i) => `line ${i}`);
    for (const text of texts) await masha.send(text);
    await masha.page.getByText('You are sending too fast. The next message will be sent').waitFor();
    await tom.waitForMessages(texts.slice(0, 5));
    // Later, for the server and for the page.
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + 30_000);
    await masha.page.clock.fastForward(30_000);
    await tom.waitForMessages(texts);
    await masha.waitForMessages(texts);
    await masha.waitForDeliveryStates(...texts.map(() => 'sent'));
    expect((await readAll(fixture.app.url)).map(({ message }) => message)).toEqual(texts);
  });

  it('on names say when to try again', async () => {
    const masha = await fixture.openPage();
    for (const username of ['Masha', 'Mascha']) {
      await masha.nameField.fill(username);
      await masha.nameField.press('Enter');
    }
    await masha.page.getByText(/You have changed your name too often\. Try again in \d+ s\./).waitFor();
  });
});

describe('the limit of connections', () => {
  const fixture = setUpBrowser({ LIMITS: 'on', LIMIT_CONNECTIONS: '1' });

  it('is shown by a page that exceeds it, which connects when another one closes', async () => {
    const masha = await fixture.openPage();
    await masha.page.context().clock.install();
    const late = await fixture.openPage('/', { sameProfileAs: masha, status: false });
    await late.waitForStatus('Too many connections are open from here. Close some, and try again.');
    await masha.page.close();
    const isLive = async () => {
      // The server may not have noticed by the first attempt.
      await late.page.clock.runFor(1_000);
      return late.page.locator('.status[data-state=live]').isVisible();
    };
    await waitUntilEqual(isLive, true);
  });
});
