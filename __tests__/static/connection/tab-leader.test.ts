import { once } from 'node:events';
import { until, type Visit } from '../../support/browser';
import { readAll, say } from '../../support/http';
import { setStage } from '../../support/stage';

const stage = setStage();

/** Opens tabs of one browser, all over SSE, and counts the streams that they open. */
async function tabs(count: number, options: { before?: () => void } = {}) {
  const live = 'Live · over SSE';
  const blank = await stage.visit('/static/favicon.svg', { live: false });
  const streams = { opened: 0 };
  blank.page.context().on('request', (request) => {
    if (request.url().includes('/sse?')) streams.opened++;
  });
  const open = () => stage.visit('/?transport=sse', { ...options, beside: blank, live });
  // Opened before the others, so it leads.
  const first = await open();
  const others = await Promise.all(Array.from({ length: count - 1 }, open));
  return { all: [first, ...others], streams };
}

const texts = async () => (await readAll(stage.app.url)).map(({ message }) => message);

it('twelve tabs share one stream, and all can write and load contacts', async () => {
  const { all, streams } = await tabs(12);
  await fetch(`${stage.app.url}/contacts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'Katya', phone: '+79123456789' }),
  });
  await Promise.all(all.map((visit, i) => visit.say(`from tab ${i}`)));
  await until(async () => (await texts()).length, 12);
  const said = await texts();
  await Promise.all(all.map((visit) => visit.shows(said)));
  await Promise.all(all.map((visit) => visit.page.getByText('Katya').waitFor({ state: 'attached' })));
  expect(streams.opened).toBe(1);

  // A message while the leader closes reaches the others.
  const [leader, ...others] = all as [Visit, ...Visit[]];
  await Promise.all([leader.page.close(), say(stage.app.url, 'as it closed')]);
  await say(stage.app.url, 'after it closed');
  said.push(...(await texts()).slice(12));
  await Promise.all(others.map((visit) => visit.shows(said)));
  expect(streams.opened).toBe(2);
});

it('tabs leave the stream of tabs of an older version alone', async () => {
  const old = await stage.visit('/static/favicon.svg', { live: false });
  await old.page.evaluate(() => {
    const held = navigator.locks.request('parley:lobby:sse', () => new Promise(() => undefined));
    held.catch(() => (document.documentElement.id = 'stolen'));
  });
  const visit = await stage.visit('/?transport=sse', { beside: old, live: 'Live · over SSE' });
  await say(stage.app.url, 'to both');
  await visit.shows(['to both']);
  const { held } = await visit.page.evaluate(() => navigator.locks.query());
  expect(held!.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['parley:lobby:sse', 'parley:2:lobby:sse']),
  );
  expect(await old.page.evaluate(() => document.documentElement.id)).toBe('');
});

it('tabs go on when their leader crashes', async () => {
  const { all } = await tabs(3);
  const [leader, ...others] = all as [Visit, ...Visit[]];
  const crashed = once(leader.page as unknown as NodeJS.EventEmitter, 'crash');
  void leader.page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  await say(stage.app.url, 'after the crash');
  await Promise.all(others.map((visit) => visit.shows(['after the crash'])));
});

it('tabs do not wait for a suspended leader', async () => {
  const { all } = await tabs(2);
  const [leader, other] = all as [Visit, Visit];
  const devtools = await leader.page.context().newCDPSession(leader.page);
  await devtools.send('Debugger.enable');
  const asleep = once(devtools as unknown as NodeJS.EventEmitter, 'Debugger.paused');
  await devtools.send('Debugger.pause');
  await say(stage.app.url, 'while it sleeps');
  await asleep;
  await other.page.reload();
  await other.live('Live · over SSE');
  await say(stage.app.url, 'and on');
  await other.shows(['while it sleeps', 'and on']);
  await devtools.send('Debugger.disable');
  await leader.shows(['while it sleeps', 'and on']);
});

it('a tab reads what was written before it received anything from the leader', async () => {
  const { all } = await tabs(1);
  const [leader] = all as [Visit];
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
  const opening = stage.visit('/?transport=sse', { beside: leader, live: false });
  await waits;
  await say(stage.app.url, 'one');
  await say(stage.app.url, 'two');
  await leader.shows(['one', 'two']);
  go();
  const late = await opening;
  await late.shows(['one', 'two']);
  await say(stage.app.url, 'three');
  await late.shows(['one', 'two', 'three']);
});

it('all tabs show who is in the room', async () => {
  const { all } = await tabs(2);
  await stage.visit();
  await Promise.all(all.map(({ page }) => until(() => page.locator('#people .person').count(), 2)));
});

it('each tab has its own stream where the browser has no locks, as on plain HTTP', async () => {
  const { all, streams } = await tabs(2, {
    before: () => void Object.defineProperty(navigator, 'locks', { value: undefined }),
  });
  await all[0]!.say('one');
  await all[1]!.say('two');
  await Promise.all(all.map((visit) => until(() => visit.log.locator('.bubble').count(), 2)));
  expect(streams.opened).toBe(2);
});
