import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Transport } from '../../../static/connection/transports';
import { createTemporaryFolder } from '../../support/temporary-folder';
import { newContext } from '../../support/browser';
import { readAll, sendMessage } from '../../support/http';
import { startProcess } from '../../support/process';
import { Queue } from '../../support/queue';
import { setUpBrowser } from '../../support/browser-fixture';
import { waitUntilEqual } from '../../support/wait';

const fixture = setUpBrowser();
const { openPage } = fixture;

/** Without Socket.IO, a message is a request that a test can intercept. */
const overSse = () => openPage('/', { blocked: ['websocket', 'polling'], status: 'Live · over SSE' });

describe('a conversation', () => {
  it('delivers each message once, and in one order', async () => {
    const [masha, tom] = [await openPage(), await openPage()];
    await masha.send('Are you there?');
    await tom.waitForMessages(['Are you there?']);
    await tom.send('Yes.');
    await masha.waitForMessages(['Are you there?', 'Yes.']);
    await tom.waitForMessages(['Are you there?', 'Yes.']);
  });

  it('shows a message as sending at once, and as sent when it is acknowledged', async () => {
    const masha = await overSse();
    let answer: (() => void) | undefined;
    await masha.page.route('**/messages', async (route) => {
      await new Promise<void>((go) => (answer = go));
      await route.continue();
    });
    await masha.send('Hello');
    await masha.waitForDeliveryStates('sending');
    await waitUntilEqual(async () => answer !== undefined, true);
    answer!();
    await masha.waitForDeliveryStates('sent');
  });

  it('shows messages and names as text, and only web addresses as links', async () => {
    const text =
      '<img src=x onerror="alert(1)"><script>alert(2)</script> javascript:alert(3) https://example.org/a?b=c.';
    const [masha, tom] = [await openPage(), await openPage()];
    await masha.nameField.fill('<b>M</b>');
    await masha.nameField.press('Enter');
    await tom.page.locator('#people').getByText('<b>M</b>').waitFor();
    await masha.send(text);
    await tom.waitForMessages([text]);
    await tom.page.reload();
    await tom.waitForMessages([text]);
    expect(await tom.log.locator('img, script, b b').count()).toBe(0);
    expect(
      await tom.log.getByRole('link').evaluateAll((all) => all.map((a) => a.getAttribute('href'))),
    ).toEqual(['https://example.org/a?b=c']);
  });

  it('is divided by days, in the reader’s time zone', async () => {
    await sendMessage(fixture.app.url, 'late');
    await sendMessage(fixture.app.url, 'early');
    const context = await newContext(fixture.browser, { timezoneId: 'Pacific/Kiritimati', locale: 'en-GB' });
    const page = await context.newPage();
    const times = ['2026-01-05T09:59:00.000Z', '2026-01-05T10:01:00.000Z'];
    await page.route('**/', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace(/datetime="[^"]+"/g, () => `datetime="${times.shift()}"`);
      await route.fulfill({ response: answer, body });
    });
    await page.goto(fixture.app.url);
    const lines = page.getByRole('log').getByRole('listitem');
    await waitUntilEqual(
      () => lines.locator('time').allTextContents().then(String),
      ['Monday, 5 January 2026', '23:59', 'Tuesday, 6 January 2026', '00:01'].join(),
    );
    await sendMessage(fixture.app.url, 'now');
    await page.getByRole('log').getByText('Today').waitFor();
  });

  it('inserts a line break with Shift+Enter, and sends nothing while an input method is active', async () => {
    const masha = await openPage();
    await masha.messageField.pressSequentially('one');
    await masha.messageField.press('Shift+Enter');
    await masha.messageField.pressSequentially('two');
    await masha.messageField.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    expect(await masha.messageField.inputValue()).toBe('one\ntwo');
    await masha.messageField.press('Enter');
    await masha.waitForMessages(['one\ntwo']);
    expect(await masha.messageField.inputValue()).toBe('');
  });
});

describe('a message that can’t be sent', () => {
  it('shows why the server refuses it, and is stored once after a retry', async () => {
    const masha = await overSse();
    await masha.page.route(
      '**/messages',
      (route) =>
        route.fulfill({ status: 403, json: { error: 'Not now, please.', code: 'banned', status: 403 } }),
      { times: 1 },
    );
    await masha.send('Hello');
    await masha.log.getByText('Not now, please.').waitFor();
    await masha.waitForDeliveryStates('failed');
    await masha.page.getByRole('button', { name: 'Retry' }).click();
    await masha.waitForDeliveryStates('sent');
    await masha.waitForMessages(['Hello']);
    expect(await readAll(fixture.app.url)).toHaveLength(1);
  });

  it('stays refused over a reload until it is discarded', async () => {
    const masha = await openPage();
    await masha.send('a bell: \u0007');
    await masha.waitForDeliveryStates('failed');
    await masha.waitForStoredDrafts(1);
    await masha.page.reload();
    await masha.waitForDeliveryStates('failed');
    await masha.page.getByRole('button', { name: 'Discard' }).click();
    await masha.waitForMessages([]);
    await masha.waitForStoredDrafts(0);
    await masha.page.reload();
    await masha.waitForStatus();
    await masha.waitForMessages([]);
  });

  it('is stored once though its first acknowledgements were lost', async () => {
    // Nothing is received either, or the message would come back that way.
    const blocked: Transport[] = ['websocket', 'polling', 'sse', 'subscribe', 'poll'];
    const masha = await openPage('/', { blocked, status: false });
    let tries = 0;
    await masha.page.route('**/messages', async (route) => {
      if (++tries > 2) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await masha.send('Once');
    await masha.waitForDeliveryStates('sent');
    expect(tries).toBe(3);
    expect((await readAll(fixture.app.url)).map(({ message }) => message)).toEqual(['Once']);
  });

  it('waits while offline, and is sent once and in order afterwards', async () => {
    const [masha, tom] = [await openPage(), await openPage()];
    await masha.page.context().setOffline(true);
    await masha.page.getByRole('status').getByText('Offline').waitFor();
    await masha.send('first');
    await masha.send('second');
    await masha.waitForDeliveryStates('sending', 'sending');
    await tom.send('meanwhile');
    await masha.page.context().setOffline(false);
    await masha.waitForMessages(['meanwhile', 'first', 'second']);
    await tom.waitForMessages(['meanwhile', 'first', 'second']);
    await masha.waitForDeliveryStates('sent', 'sent');
    expect(await readAll(fixture.app.url)).toHaveLength(3);
  });

  it('survives a reload before it is sent', async () => {
    const masha = await overSse();
    await masha.page.route('**/messages', (route) => route.abort());
    await masha.send('Hello');
    await masha.messageField.fill('and not yet said');
    await masha.waitForDeliveryStates('sending');
    await masha.waitForStoredDrafts(1);
    await masha.page.reload();
    await masha.waitForDeliveryStates('sending');
    expect(await masha.messageField.inputValue()).toBe('and not yet said');
    await masha.page.unroute('**/messages');
    await masha.waitForDeliveryStates('sent');
    expect((await readAll(fixture.app.url)).map(({ message }) => message)).toEqual(['Hello']);
  });

  it('survives a crash of the server', async () => {
    const { path: folder, remove } = createTemporaryFolder();
    const env = { DATABASE: join(folder, 'parley.db') };
    const before = await startProcess(env);
    const masha = await openPage('/', {}, before.url);
    const tom = await openPage('/', {}, before.url);
    await masha.send('before');
    await tom.waitForMessages(['before']);
    await before.end('SIGKILL');
    await masha.send('during: Masha');
    await tom.send('during: Tom');
    await masha.waitForDeliveryStates('sent', 'sending');
    const after = await startProcess({ ...env, PORT: String(before.port) });
    await masha.waitForDeliveryStates('sent', 'sent');
    await tom.waitForDeliveryStates('sent');
    const stored = await readAll(after.url);
    expect(stored.map(({ message }) => message).sort()).toEqual(['before', 'during: Masha', 'during: Tom']);
    await masha.waitForMessages(stored.map(({ message }) => message));
    await tom.waitForMessages(stored.map(({ message }) => message));
    await after.end('SIGTERM');
    remove();
  });
});

describe('the connection', () => {
  it('reads missing entries from the log before it shows later ones', async () => {
    const masha = await openPage('/', { status: false });
    await masha.page.routeWebSocket('**/socket.io/**', (socket) => {
      const server = socket.connectToServer();
      server.onMessage((frame) => {
        if (!String(frame).includes('"lost on the way"')) socket.send(frame);
      });
    });
    await masha.page.reload();
    await masha.waitForStatus();
    await sendMessage(fixture.app.url, 'there');
    await sendMessage(fixture.app.url, 'lost on the way');
    await masha.waitForMessages(['there']);
    await sendMessage(fixture.app.url, 'later');
    await masha.waitForMessages(['there', 'lost on the way', 'later']);
  });

  it('shows the other history when the server has one', async () => {
    const { path: folder, remove } = createTemporaryFolder();
    const database = join(folder, 'parley.db');
    const first = await startProcess({ DATABASE: database });
    const masha = await openPage('/', {}, first.url);
    await sendMessage(first.url, 'of the old history');
    await masha.waitForMessages(['of the old history']);
    await first.end('SIGTERM');
    for (const part of ['', '-wal', '-shm', '-journal', '-state']) rmSync(database + part, { force: true });
    const second = await startProcess({ DATABASE: database, PORT: String(first.port) });
    await sendMessage(second.url, 'of the new one');
    await masha.waitForMessages(['of the new one']);
    await sendMessage(second.url, 'and on');
    await masha.waitForMessages(['of the new one', 'and on']);
    await second.end('SIGTERM');
    remove();
  });
});

describe('the history', () => {
  it('is loaded by scrolling, up to its beginning, and nothing jumps', async () => {
    for (let i = 1; i <= 180; i++) await sendMessage(fixture.app.url, `line ${i}`, { room: 'long' });
    const masha = await openPage();
    // Each page of history is held until the test has measured the layout.
    const asked = new Queue<() => void>();
    await masha.page.route(/[?&]before=/, (route) => asked.push(() => void route.continue()));
    await masha.page.goto(`${fixture.app.url}/r/long`);
    const texts = Array.from({ length: 180 }, (_, i) => `line ${i + 1}`);
    await masha.waitForMessages(texts.slice(130));

    const messages = masha.log.locator('.message');
    for (let pages = 1; pages <= 3; pages++) {
      await masha.log.evaluate((log) => (log.scrollTop = -(log.scrollHeight - log.clientHeight) + 100));
      const letThrough = await asked.next();
      const read = masha.messagesWithText(texts[180 - 50 * pages + 5]!);
      const place = () => read.evaluate((line) => Math.round(line.getBoundingClientRect().bottom));
      const before = await place();
      const count = await messages.count();
      letThrough();
      await waitUntilEqual(async () => (await messages.count()) > count, true);
      expect(await place()).toBe(before);
    }
    await masha.waitForMessages(texts);
    await masha.log.getByText('Beginning of #long').waitFor();
  });

  it('does not scroll for a new message, but announces it', async () => {
    for (let i = 1; i <= 40; i++) await sendMessage(fixture.app.url, `line ${i}`);
    const masha = await openPage();
    const place = () =>
      masha.messagesWithText('line 20').evaluate((line) => Math.round(line.getBoundingClientRect().top));
    await masha.messagesWithText('line 20').scrollIntoViewIfNeeded();
    const before = await place();
    await sendMessage(fixture.app.url, 'news');
    const pill = masha.page.getByRole('button', { name: 'New message ↓' });
    await pill.waitFor();
    expect(await place()).toBe(before);
    await pill.click();
    await waitUntilEqual(() => masha.log.evaluate((log) => log.scrollTop), 0);
    await pill.waitFor({ state: 'hidden' });
    await sendMessage(fixture.app.url, 'more news');
    await masha.messagesWithText('more news').waitFor();
    expect(await masha.log.evaluate((log) => log.scrollTop)).toBe(0);
  });
});

describe('a hidden tab', () => {
  it('counts new messages in its title until it is visible', async () => {
    const masha = await openPage();
    const look = (looking: boolean) =>
      masha.page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, !looking);
    await look(false);
    await sendMessage(fixture.app.url, 'one');
    await sendMessage(fixture.app.url, 'two');
    await waitUntilEqual(() => masha.page.title(), '(2) #lobby · Parley');
    await look(true);
    await waitUntilEqual(() => masha.page.title(), '#lobby · Parley');
  });
});

describe('people', () => {
  it('have a new name in all their tabs and their new messages', async () => {
    const [masha, tom] = [await openPage(), await openPage()];
    const other = await openPage('/', { sameProfileAs: masha });
    await masha.send('as nobody');
    await masha.nameField.fill('Masha');
    await masha.nameField.press('Enter');
    await tom.page.locator('#people').getByText('Masha').waitFor();
    await waitUntilEqual(() => other.nameField.inputValue(), 'Masha');
    await masha.send('as Masha');
    await tom.messagesWithText('as Masha').locator('.author').getByText('Masha').waitFor();
    expect(await tom.messagesWithText('as nobody').locator('.author').textContent()).toBe('Anonymous');
  });

  it('see next to the field why a name is refused', async () => {
    const masha = await openPage();
    await masha.nameField.fill('   ');
    await masha.nameField.press('Enter');
    await masha.page.getByText('The name is empty.').waitFor();
    expect(await masha.nameField.getAttribute('aria-invalid')).toBe('true');
  });

  it('see who else is typing, until the message arrives', async () => {
    const [masha, tom] = [await openPage(), await openPage()];
    // The line disappears after some seconds.
    await Promise.all([
      tom.page.getByText(/^Anonymous [a-z0-9]{4} is typing…$/).waitFor(),
      masha.messageField.pressSequentially('I think'),
    ]);
    expect(await masha.page.getByText('is typing').count()).toBe(0);
    await masha.messageField.press('Enter');
    await tom.waitForMessages(['I think']);
    expect(await tom.page.getByText('is typing').count()).toBe(0);
  });

  it('see who is in the room', async () => {
    const [masha, tom] = [await openPage(), await openPage()];
    const here = masha.page.locator('#people').getByRole('listitem');
    await waitUntilEqual(() => here.count(), 2);
    await tom.page.close();
    await waitUntilEqual(() => here.count(), 1);
  });
});

describe('the address book', () => {
  it('updates on all pages', async () => {
    const [masha, tom] = [await openPage(), await openPage()];
    await masha.page.getByRole('textbox', { name: 'Contact name' }).fill('Katya');
    await masha.page.getByRole('textbox', { name: 'Phone' }).fill('+7 912 345-67-89');
    await masha.page.getByRole('button', { name: 'Add' }).click();
    const link = tom.page.getByRole('link', { name: '+79123456789' });
    await link.waitFor();
    expect(await link.getAttribute('href')).toBe('tel:+79123456789');
    await tom.page.getByRole('button', { name: 'Remove Katya' }).click();
    await masha.page.getByRole('button', { name: 'Remove Katya' }).waitFor({ state: 'detached' });
  });

  it('shows next to the field what is wrong with a number', async () => {
    const masha = await openPage();
    await masha.page.getByRole('textbox', { name: 'Contact name' }).fill('Katya');
    await masha.page.getByRole('textbox', { name: 'Phone' }).fill('123');
    await masha.page.getByRole('textbox', { name: 'Phone' }).press('Enter');
    await masha.page.getByText('"123" is not a phone number.').waitFor();
  });

  it('is in a drawer on a narrow screen', async () => {
    const masha = await openPage();
    await masha.page.setViewportSize({ width: 360, height: 740 });
    await masha.nameField.waitFor({ state: 'hidden' });
    await masha.page.getByRole('button', { name: 'People and contacts' }).click();
    await masha.page.getByRole('dialog', { name: 'People and contacts' }).waitFor();
    await masha.nameField.fill('Masha');
    await masha.nameField.press('Enter');
    await masha.page.getByRole('dialog').getByText('Masha', { exact: true }).waitFor();
    await masha.page.keyboard.press('Escape');
    await masha.nameField.waitFor({ state: 'hidden' });
    expect(await masha.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
});
