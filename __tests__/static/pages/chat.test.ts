import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Transport } from '../../../static/connection/transports';
import { scratch } from '../../support/app';
import { until } from '../../support/browser';
import { readAll, say } from '../../support/http';
import { startProcess } from '../../support/process';
import { Queue } from '../../support/queue';
import { setStage } from '../../support/stage';

const stage = setStage();
const { visit } = stage;

/** Without Socket.IO, a message is a request that a test can intercept. */
const overSse = () => visit('/', { blocked: ['websocket', 'polling'], live: 'Live · over SSE' });

describe('a conversation', () => {
  it('delivers each message once, and in one order', async () => {
    const [masha, tom] = [await visit(), await visit()];
    await masha.say('Are you there?');
    await tom.shows(['Are you there?']);
    await tom.say('Yes.');
    await masha.shows(['Are you there?', 'Yes.']);
    await tom.shows(['Are you there?', 'Yes.']);
  });

  it('shows a message as sending at once, and as sent when it is acknowledged', async () => {
    const masha = await overSse();
    let answer: (() => void) | undefined;
    await masha.page.route('**/messages', async (route) => {
      await new Promise<void>((go) => (answer = go));
      await route.continue();
    });
    await masha.say('Hello');
    await masha.states('sending');
    await until(async () => answer !== undefined, true);
    answer!();
    await masha.states('sent');
  });

  it('shows messages and names as text, and only web addresses as links', async () => {
    const text =
      '<img src=x onerror="alert(1)"><script>alert(2)</script> javascript:alert(3) https://example.org/a?b=c.';
    const [masha, tom] = [await visit(), await visit()];
    await masha.name.fill('<b>M</b>');
    await masha.name.press('Enter');
    await tom.page.locator('#people').getByText('<b>M</b>').waitFor();
    await masha.say(text);
    await tom.shows([text]);
    await tom.page.reload();
    await tom.shows([text]);
    expect(await tom.log.locator('img, script, b b').count()).toBe(0);
    expect(
      await tom.log.getByRole('link').evaluateAll((all) => all.map((a) => a.getAttribute('href'))),
    ).toEqual(['https://example.org/a?b=c']);
  });

  it('is divided by days, in the reader’s time zone', async () => {
    await say(stage.app.url, 'late');
    await say(stage.app.url, 'early');
    const context = await stage.browser.newContext({ timezoneId: 'Pacific/Kiritimati', locale: 'en-GB' });
    const page = await context.newPage();
    const times = ['2026-01-05T09:59:00.000Z', '2026-01-05T10:01:00.000Z'];
    await page.route('**/', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace(/datetime="[^"]+"/g, () => `datetime="${times.shift()}"`);
      await route.fulfill({ response: answer, body });
    });
    await page.goto(stage.app.url);
    const lines = page.getByRole('log').getByRole('listitem');
    await until(
      () => lines.locator('time').allTextContents().then(String),
      ['Monday, 5 January 2026', '23:59', 'Tuesday, 6 January 2026', '00:01'].join(),
    );
    await say(stage.app.url, 'now');
    await page.getByRole('log').getByText('Today').waitFor();
  });

  it('inserts a line break with Shift+Enter, and sends nothing while an input method is active', async () => {
    const masha = await visit();
    await masha.box.pressSequentially('one');
    await masha.box.press('Shift+Enter');
    await masha.box.pressSequentially('two');
    await masha.box.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    expect(await masha.box.inputValue()).toBe('one\ntwo');
    await masha.box.press('Enter');
    await masha.shows(['one\ntwo']);
    expect(await masha.box.inputValue()).toBe('');
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
    await masha.say('Hello');
    await masha.log.getByText('Not now, please.').waitFor();
    await masha.states('failed');
    await masha.page.getByRole('button', { name: 'Retry' }).click();
    await masha.states('sent');
    await masha.shows(['Hello']);
    expect(await readAll(stage.app.url)).toHaveLength(1);
  });

  it('stays refused over a reload until it is discarded', async () => {
    const masha = await visit();
    await masha.say('a bell: \u0007');
    await masha.states('failed');
    await masha.page.reload();
    await masha.states('failed');
    await masha.page.getByRole('button', { name: 'Discard' }).click();
    await masha.shows([]);
    await masha.page.reload();
    await masha.live();
    await masha.shows([]);
  });

  it('is stored once though its first acknowledgements were lost', async () => {
    // Nothing is received either, or the message would come back that way.
    const blocked: Transport[] = ['websocket', 'polling', 'sse', 'subscribe', 'poll'];
    const masha = await visit('/', { blocked, live: false });
    let tries = 0;
    await masha.page.route('**/messages', async (route) => {
      if (++tries > 2) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await masha.say('Once');
    await masha.states('sent');
    expect(tries).toBe(3);
    expect((await readAll(stage.app.url)).map(({ message }) => message)).toEqual(['Once']);
  });

  it('waits while offline, and is sent once and in order afterwards', async () => {
    const [masha, tom] = [await visit(), await visit()];
    await masha.page.context().setOffline(true);
    await masha.page.getByRole('status').getByText('Offline').waitFor();
    await masha.say('first');
    await masha.say('second');
    await masha.states('sending', 'sending');
    await tom.say('meanwhile');
    await masha.page.context().setOffline(false);
    await masha.shows(['meanwhile', 'first', 'second']);
    await tom.shows(['meanwhile', 'first', 'second']);
    await masha.states('sent', 'sent');
    expect(await readAll(stage.app.url)).toHaveLength(3);
  });

  it('survives a reload before it is sent', async () => {
    const masha = await overSse();
    await masha.page.route('**/messages', (route) => route.abort());
    await masha.say('Hello');
    await masha.box.fill('and not yet said');
    await masha.states('sending');
    await masha.page.reload();
    await masha.states('sending');
    expect(await masha.box.inputValue()).toBe('and not yet said');
    await masha.page.unroute('**/messages');
    await masha.states('sent');
    expect((await readAll(stage.app.url)).map(({ message }) => message)).toEqual(['Hello']);
  });

  it('survives a crash of the server', async () => {
    const { folder, remove } = scratch();
    const env = { DATABASE: join(folder, 'parley.db') };
    const before = await startProcess(env);
    const masha = await visit('/', {}, before.url);
    const tom = await visit('/', {}, before.url);
    await masha.say('before');
    await tom.shows(['before']);
    await before.end('SIGKILL');
    await masha.say('during: Masha');
    await tom.say('during: Tom');
    await masha.states('sent', 'sending');
    const after = await startProcess({ ...env, PORT: String(before.port) });
    await masha.states('sent', 'sent');
    await tom.states('sent');
    const stored = await readAll(after.url);
    expect(stored.map(({ message }) => message).sort()).toEqual(['before', 'during: Masha', 'during: Tom']);
    await masha.shows(stored.map(({ message }) => message));
    await tom.shows(stored.map(({ message }) => message));
    await after.end('SIGTERM');
    remove();
  });
});

describe('the connection', () => {
  it('reads missing entries from the log before it shows later ones', async () => {
    const masha = await visit('/', { live: false });
    await masha.page.routeWebSocket('**/socket.io/**', (socket) => {
      const server = socket.connectToServer();
      server.onMessage((frame) => {
        if (!String(frame).includes('"lost on the way"')) socket.send(frame);
      });
    });
    await masha.page.reload();
    await masha.live();
    await say(stage.app.url, 'there');
    await say(stage.app.url, 'lost on the way');
    await masha.shows(['there']);
    await say(stage.app.url, 'later');
    await masha.shows(['there', 'lost on the way', 'later']);
  });

  it('shows the other history when the server has one', async () => {
    const { folder, remove } = scratch();
    const database = join(folder, 'parley.db');
    const first = await startProcess({ DATABASE: database });
    const masha = await visit('/', {}, first.url);
    await say(first.url, 'of the old history');
    await masha.shows(['of the old history']);
    await first.end('SIGTERM');
    for (const part of ['', '-wal', '-shm', '-journal', '-state']) rmSync(database + part, { force: true });
    const second = await startProcess({ DATABASE: database, PORT: String(first.port) });
    await say(second.url, 'of the new one');
    await masha.shows(['of the new one']);
    await say(second.url, 'and on');
    await masha.shows(['of the new one', 'and on']);
    await second.end('SIGTERM');
    remove();
  });
});

describe('the history', () => {
  it('is loaded by scrolling, up to its beginning, and nothing jumps', async () => {
    for (let i = 1; i <= 180; i++) await say(stage.app.url, `line ${i}`, { room: 'long' });
    const masha = await visit();
    // Each page of history is held until the test has measured the layout.
    const asked = new Queue<() => void>();
    await masha.page.route(/[?&]before=/, (route) => asked.push(() => void route.continue()));
    await masha.page.goto(`${stage.app.url}/r/long`);
    const texts = Array.from({ length: 180 }, (_, i) => `line ${i + 1}`);
    await masha.shows(texts.slice(130));

    const messages = masha.log.locator('.message');
    for (let pages = 1; pages <= 3; pages++) {
      await masha.log.evaluate((log) => (log.scrollTop = -(log.scrollHeight - log.clientHeight) + 100));
      const letThrough = await asked.next();
      const read = masha.said(texts[180 - 50 * pages + 5]!);
      const place = () => read.evaluate((line) => Math.round(line.getBoundingClientRect().bottom));
      const before = await place();
      const count = await messages.count();
      letThrough();
      await until(async () => (await messages.count()) > count, true);
      expect(await place()).toBe(before);
    }
    await masha.shows(texts);
    await masha.log.getByText('Beginning of #long').waitFor();
  });

  it('does not scroll for a new message, but announces it', async () => {
    for (let i = 1; i <= 40; i++) await say(stage.app.url, `line ${i}`);
    const masha = await visit();
    const place = () =>
      masha.said('line 20').evaluate((line) => Math.round(line.getBoundingClientRect().top));
    await masha.said('line 20').scrollIntoViewIfNeeded();
    const before = await place();
    await say(stage.app.url, 'news');
    const pill = masha.page.getByRole('button', { name: 'New message ↓' });
    await pill.waitFor();
    expect(await place()).toBe(before);
    await pill.click();
    await until(() => masha.log.evaluate((log) => log.scrollTop), 0);
    await pill.waitFor({ state: 'hidden' });
    await say(stage.app.url, 'more news');
    await masha.said('more news').waitFor();
    expect(await masha.log.evaluate((log) => log.scrollTop)).toBe(0);
  });
});

describe('a hidden tab', () => {
  it('counts new messages in its title until it is visible', async () => {
    const masha = await visit();
    const look = (looking: boolean) =>
      masha.page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, !looking);
    await look(false);
    await say(stage.app.url, 'one');
    await say(stage.app.url, 'two');
    await until(() => masha.page.title(), '(2) #lobby · Parley');
    await look(true);
    await until(() => masha.page.title(), '#lobby · Parley');
  });
});

describe('people', () => {
  it('have a new name in all their tabs and their new messages', async () => {
    const [masha, tom] = [await visit(), await visit()];
    const other = await visit('/', { beside: masha });
    await masha.say('as nobody');
    await masha.name.fill('Masha');
    await masha.name.press('Enter');
    await tom.page.locator('#people').getByText('Masha').waitFor();
    await until(() => other.name.inputValue(), 'Masha');
    await masha.say('as Masha');
    await tom.said('as Masha').locator('.author').getByText('Masha').waitFor();
    expect(await tom.said('as nobody').locator('.author').textContent()).toBe('Anonymous');
  });

  it('see next to the field why a name is refused', async () => {
    const masha = await visit();
    await masha.name.fill('   ');
    await masha.name.press('Enter');
    await masha.page.getByText('The name is empty.').waitFor();
    expect(await masha.name.getAttribute('aria-invalid')).toBe('true');
  });

  it('see who else is typing, until the message arrives', async () => {
    const [masha, tom] = [await visit(), await visit()];
    await masha.box.pressSequentially('I think');
    await tom.page.getByText(/^Anonymous [a-z0-9]{4} is typing…$/).waitFor();
    expect(await masha.page.getByText('is typing').count()).toBe(0);
    await masha.box.press('Enter');
    await tom.shows(['I think']);
    expect(await tom.page.getByText('is typing').count()).toBe(0);
  });

  it('see who is in the room', async () => {
    const [masha, tom] = [await visit(), await visit()];
    const here = masha.page.locator('#people').getByRole('listitem');
    await until(() => here.count(), 2);
    await tom.page.close();
    await until(() => here.count(), 1);
  });
});

describe('the address book', () => {
  it('updates on all pages', async () => {
    const [masha, tom] = [await visit(), await visit()];
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
    const masha = await visit();
    await masha.page.getByRole('textbox', { name: 'Contact name' }).fill('Katya');
    await masha.page.getByRole('textbox', { name: 'Phone' }).fill('123');
    await masha.page.getByRole('textbox', { name: 'Phone' }).press('Enter');
    await masha.page.getByText('"123" is not a phone number.').waitFor();
  });

  it('is in a drawer on a narrow screen', async () => {
    const masha = await visit();
    await masha.page.setViewportSize({ width: 360, height: 740 });
    await masha.name.waitFor({ state: 'hidden' });
    await masha.page.getByRole('button', { name: 'People and contacts' }).click();
    await masha.page.getByRole('dialog', { name: 'People and contacts' }).waitFor();
    await masha.name.fill('Masha');
    await masha.name.press('Enter');
    await masha.page.getByRole('dialog').getByText('Masha', { exact: true }).waitFor();
    await masha.page.keyboard.press('Escape');
    await masha.name.waitFor({ state: 'hidden' });
    expect(await masha.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
});
