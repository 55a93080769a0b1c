import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChatPage } from '../../support/browser';
import { readAll, sendMessage } from '../../support/http';
import { setUpBrowser } from '../../support/browser-fixture';
import { waitUntilEqual } from '../../support/wait';

const fixture = setUpBrowser();

/** Opens tabs of one browser, all over SSE, and counts the streams that are open. */
async function openTabs(count: number, options: { initScript?: () => void } = {}) {
  const live = 'Live · over SSE';
  const blank = await fixture.openPage('/static/favicon.svg', { status: false });
  const streams = { open: 0 };
  fixture.app.server.on('request', ({ url }: IncomingMessage, response: ServerResponse) => {
    if (!url?.startsWith('/sse?')) return;
    streams.open++;
    response.once('close', () => streams.open--);
  });
  const open = () => fixture.openPage('/?transport=sse', { ...options, sameProfileAs: blank, status: live });
  // Opened before the others, so it leads.
  const first = await open();
  const others = await Promise.all(Array.from({ length: count - 1 }, open));
  return { all: [first, ...others], streams };
}

const texts = async () => (await readAll(fixture.app.url)).map(({ message }) => message);

it('twelve tabs share one stream, and all can write and load contacts', async () => {
  const { all, streams } = await openTabs(12);
  await fetch(`${fixture.app.url}/contacts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'Katya', phone: '+79123456789' }),
  });
  await Promise.all(all.map((chat, i) => chat.send(`from tab ${i}`)));
  await waitUntilEqual(async () => (await texts()).length, 12);
  const sent = await texts();
  await Promise.all(all.map((chat) => chat.waitForMessages(sent)));
  await Promise.all(all.map((chat) => chat.page.getByText('Katya').waitFor({ state: 'attached' })));
  // On a slow machine a tab takes over from a leader that is alive, which then closes its stream.
  await waitUntilEqual(async () => streams.open, 1);

  // A message while the leader closes reaches the others.
  const [leader, ...others] = all as [ChatPage, ...ChatPage[]];
  await Promise.all([leader.page.close(), sendMessage(fixture.app.url, 'as it closed')]);
  await sendMessage(fixture.app.url, 'after it closed');
  sent.push(...(await texts()).slice(12));
  await Promise.all(others.map((chat) => chat.waitForMessages(sent)));
  await waitUntilEqual(async () => streams.open, 1);
});

it('tabs leave the stream of tabs of an older version alone', async () => {
  const old = await fixture.openPage('/static/favicon.svg', { status: false });
  await old.page.evaluate(() => {
    const held = navigator.locks.request('parley:lobby:sse', () => new Promise(() => undefined));
    held.catch(() => (document.documentElement.id = 'stolen'));
  });
  const chat = await fixture.openPage('/?transport=sse', { sameProfileAs: old, status: 'Live · over SSE' });
  await sendMessage(fixture.app.url, 'to both');
  await chat.waitForMessages(['to both']);
  const { held } = await chat.page.evaluate(() => navigator.locks.query());
  expect(held!.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['parley:lobby:sse', 'parley:2:lobby:sse']),
  );
  expect(await old.page.evaluate(() => document.documentElement.id)).toBe('');
});

it('tabs go on when their leader crashes', async () => {
  const { all } = await openTabs(3);
  const [leader, ...others] = all as [ChatPage, ...ChatPage[]];
  const crashed = once(leader.page as unknown as NodeJS.EventEmitter, 'crash');
  void leader.page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  await sendMessage(fixture.app.url, 'after the crash');
  await Promise.all(others.map((chat) => chat.waitForMessages(['after the crash'])));
});

it('tabs do not wait for a suspended leader', async () => {
  const { all } = await openTabs(2);
  const [leader, other] = all as [ChatPage, ChatPage];
  const devtools = await leader.page.context().newCDPSession(leader.page);
  await devtools.send('Debugger.enable');
  const asleep = once(devtools as unknown as NodeJS.EventEmitter, 'Debugger.paused');
  await devtools.send('Debugger.pause');
  await sendMessage(fixture.app.url, 'while it sleeps');
  await asleep;
  await other.page.reload();
  await other.waitForStatus('Live · over SSE');
  await sendMessage(fixture.app.url, 'and on');
  await other.waitForMessages(['while it sleeps', 'and on']);
  await devtools.send('Debugger.disable');
  await leader.waitForMessages(['while it sleeps', 'and on']);
});

it('a tab reads what was written before it received anything from the leader', async () => {
  const { all } = await openTabs(1);
  const [leader] = all as [ChatPage];
  const context = leader.page.context();
  let go!: () => void;
  const held = new Promise<void>((resolve) => (go = resolve));
  let rendered!: () => void;
  const waits = new Promise<void>((resolve) => (rendered = resolve));
  await context.route('**/static/pages/chat.js', async (route) => {
    rendered();
    await held;
    await route.continue();
  });
  const opening = fixture.openPage('/?transport=sse', { sameProfileAs: leader, status: false });
  await waits;
  await sendMessage(fixture.app.url, 'one');
  await sendMessage(fixture.app.url, 'two');
  await leader.waitForMessages(['one', 'two']);
  go();
  const late = await opening;
  await late.waitForMessages(['one', 'two']);
  await sendMessage(fixture.app.url, 'three');
  await late.waitForMessages(['one', 'two', 'three']);
});

it('all tabs show who is in the room', async () => {
  const { all } = await openTabs(2);
  await fixture.openPage();
  await Promise.all(all.map(({ page }) => waitUntilEqual(() => page.locator('#people .person').count(), 2)));
});

it('each tab has its own stream where the browser has no locks, as on plain HTTP', async () => {
  const { all, streams } = await openTabs(2, {
    initScript: () => void Object.defineProperty(navigator, 'locks', { value: undefined }),
  });
  await all[0]!.send('one');
  await all[1]!.send('two');
  await Promise.all(all.map((chat) => waitUntilEqual(() => chat.log.locator('.bubble').count(), 2)));
  await waitUntilEqual(async () => streams.open, 2);
});
