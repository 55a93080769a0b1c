import type { Transport } from '../../../static/connection/transports';
import type { Visit } from '../../support/browser';
import { until } from '../../support/browser';
import { readAll, say } from '../../support/http';
import { setStage } from '../../support/stage';

const stage = setStage();

/** The ways from the best to the last, and what the page says of each. */
const rungs = [
  ['websocket', 'Live'],
  ['polling', 'Live · over Socket.IO polling'],
  ['sse', 'Live · over SSE'],
  ['subscribe', 'Live · over long polling'],
  ['poll', 'Live · over polling'],
] as const;

/** Waits until the line behind the status says this. */
const standsAt = (visit: Visit, line: string) => until(() => visit.connectionLine.textContent(), line);

/** Lets up to so many seconds pass for the page, until there is something; returns how much there is then. */
async function passes({ page }: Visit, there: () => Promise<number>, seconds: number): Promise<number> {
  for (let passed = 0; passed < seconds && !(await there()); passed++) {
    await page.clock.runFor(1_000);
    // As much real time as an answer takes, for those that the page waits for.
    await say(stage.app.url, 'elsewhere', { room: 'clock' });
  }
  return there();
}

describe('the way to the room', () => {
  it('goes down as the best ones fail, and up again as they work, with nothing missed or doubled', async () => {
    const proxy = await stage.proxy();
    const masha = await stage.visit('/', { blocked: [] }, proxy.url);
    const said: string[] = [];
    const both = async (where: string) => {
      await say(stage.app.url, `to Masha ${where}`);
      await masha.say(`from Masha ${where}`);
      said.push(`to Masha ${where}`, `from Masha ${where}`);
      await masha.shows(said);
      await until(() => masha.log.locator('[data-state=sending]').count(), 0);
    };
    await both('at first');
    for (const [i, [way]] of rungs.slice(0, -1).entries()) {
      await masha.network.block(way);
      proxy.cut();
      await say(stage.app.url, `below ${way}`);
      said.push(`below ${way}`);
      proxy.mend();
      await masha.lookUp();
      await masha.live(rungs[i + 1]![1]);
      await both(`below ${way}`);
    }
    for (const [way, words] of rungs.slice(0, -1).toReversed()) {
      masha.network.unblock(way);
      await say(stage.app.url, `before ${way}`);
      said.push(`before ${way}`);
      await masha.lookUp();
      await masha.live(words);
      await both(`over ${way}`);
    }
    expect((await readAll(stage.app.url)).map(({ message }) => message)).toEqual(said);
  });

  it('is looked for again by the page itself', async () => {
    const masha = await stage.visit('/', { blocked: ['websocket', 'polling'], live: 'Live · over SSE' });
    masha.network.unblock('websocket');
    await masha.live();
  });

  it('is not given up for a better one that does not work', async () => {
    const masha = await stage.visit('/', { blocked: ['websocket', 'polling'], live: 'Live · over SSE' });
    const streams: string[] = [];
    masha.page.on('request', (request) => streams.push(new URL(request.url()).pathname));
    const tried = masha.page.waitForEvent('requestfailed');
    await masha.lookUp();
    await tried;
    await say(stage.app.url, 'still here');
    await masha.shows(['still here']);
    await masha.live('Live · over SSE');
    expect(streams).not.toContain('/sse');
  });

  it.each(['websocket', 'sse', 'subscribe', 'poll'])(
    'is given up within 45 s when it is dead and was never closed: %s',
    async (way) => {
      const proxy = await stage.proxy();
      const masha = await stage.visit('/', { live: false }, proxy.url);
      await masha.page.clock.install();
      await masha.page.goto(`${proxy.url}/?transport=${way}`);
      await masha.page.locator('.status[data-state=live]').waitFor();
      proxy.links.forEach((link) => link.stall());
      await say(stage.app.url, 'out of the silence');
      const known = masha.page.locator('.status[data-state=away], .bubble');
      expect(await passes(masha, () => known.count(), 45)).toBeGreaterThan(0);
      // The browser's idle connections are dead as well, and it may try each of them once more.
      await passes(masha, () => masha.said('out of the silence').count(), 180);
      await masha.shows(['out of the silence']);
    },
  );

  it('is opened anew when it is open and brings nothing, as behind a proxy that holds back', async () => {
    const masha = await stage.visit('/', { live: false });
    await masha.page.clock.install();
    await masha.page.addInitScript(() => {
      // It was there first, so it can keep what comes from the page's own listeners.
      const Real = EventSource;
      window.EventSource = class extends Real {
        constructor(...address: ConstructorParameters<typeof EventSource>) {
          super(...address);
          const keep = (event: Event) => 'deaf' in window && event.stopImmediatePropagation();
          for (const name of ['new_message', 'presence']) this.addEventListener(name, keep);
        }
      };
    });
    await masha.page.goto(`${stage.app.url}/?transport=sse`);
    await masha.live('Live · over SSE');
    await masha.page.evaluate(() => Object.assign(window, { deaf: true }));
    await say(stage.app.url, 'held back');
    const anew = masha.page.waitForRequest('**/sse?**');
    await masha.page.clock.runFor(30_000);
    await masha.shows(['held back']);
    await anew;
  });
});

describe('the status', () => {
  it('says how far the room has been read, over what, and how much is waiting', async () => {
    const masha = await stage.visit('/', { blocked: [] });
    await standsAt(masha, 'Read up to #0 · over WebSocket');
    await say(stage.app.url, 'one');
    await standsAt(masha, 'Read up to #1 · over WebSocket');
    await masha.choose('SSE');
    await masha.live('Live · over SSE');
    await standsAt(masha, 'Read up to #1 · over SSE');
    expect(new URL(masha.page.url()).search).toBe('?transport=sse');
    await masha.network.block('say');
    await masha.say('two');
    await masha.say('three');
    await standsAt(masha, 'Read up to #1 · over SSE · 2 waiting');
    await masha.page.locator('summary').getByText('· 2 waiting').waitFor();
    masha.network.unblock('say');
    await standsAt(masha, 'Read up to #3 · over SSE');
    await masha.page.locator('summary').getByText('waiting').waitFor({ state: 'detached' });
  });

  it('is opened and used by keyboard, and closes by Escape', async () => {
    const masha = await stage.visit();
    const summary = masha.page.locator('#status summary');
    await summary.focus();
    await masha.page.keyboard.press('Enter');
    await masha.page.keyboard.press('Tab');
    const select = masha.page.getByLabel('Connect over');
    expect(await select.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await select.locator('option').allTextContents()).toEqual([
      'Automatic',
      'WebSocket',
      'Socket.IO polling',
      'SSE',
      'Long polling',
      'Polling',
    ]);
    await masha.page.keyboard.press('Escape');
    await select.waitFor({ state: 'hidden' });
    expect(await summary.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('is told to a screen reader when it changes, and not with each message', async () => {
    const masha = await stage.visit();
    const told = masha.page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const words: string[] = [];
          const line = document.querySelector('#status [role=status]')!;
          new MutationObserver(() => {
            words.push(line.textContent);
            if (line.textContent === 'Offline') resolve(words);
          }).observe(line, { childList: true, characterData: true, subtree: true });
        }),
    );
    for (const text of ['one', 'two', 'three']) await masha.say(text);
    await masha.states('sent', 'sent', 'sent');
    await masha.page.context().setOffline(true);
    expect(await told).toEqual(['Offline']);
  });
});

describe('a way that was chosen', () => {
  it.each(rungs)(
    '%s is the only one that is used, until the choice is left to the page',
    async (way, words) => {
      // In a room where something was just said, a poll is asked to come back soon.
      await say(stage.app.url, 'at first');
      const masha = await stage.visit(`/?transport=${way}`, { blocked: others(way), live: words });
      await masha.say('by the one way');
      await masha.states('sent');
      await say(stage.app.url, 'and back');
      await masha.shows(['at first', 'by the one way', 'and back']);

      await masha.network.block(way);
      masha.network.unblock(...others(way));
      await masha.page.reload();
      await masha.page.locator('.status[data-state=away]').waitFor();
      await masha.choose('Automatic');
      await masha.live(way === 'websocket' ? 'Live · over Socket.IO polling' : 'Live');
      expect(new URL(masha.page.url()).search).toBe('');
    },
  );
});

function others(way: Transport): Transport[] {
  return rungs.map(([other]) => other).filter((other) => other !== way);
}
