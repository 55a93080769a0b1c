import type { Transport } from '../../../static/connection/transports';
import type { Visit } from '../../support/browser';
import { until } from '../../support/browser';
import { readAll, say } from '../../support/http';
import { setStage } from '../../support/stage';

const stage = setStage();

/** The transports, the best first, with the status of each. */
const TRANSPORTS = [
  ['websocket', 'Live'],
  ['polling', 'Live · over Socket.IO polling'],
  ['sse', 'Live · over SSE'],
  ['subscribe', 'Live · over long polling'],
  ['poll', 'Live · over polling'],
] as const;

/** Waits until the connection menu says this. */
const detailsAre = (visit: Visit, line: string) => until(() => visit.connectionLine.textContent(), line);

/** Advances the clock of the page until `there` is not 0, by `seconds` at most; returns its last value. */
async function passes({ page }: Visit, there: () => Promise<number>, seconds: number): Promise<number> {
  for (let passed = 0; passed < seconds && !(await there()); passed++) {
    await page.clock.runFor(1_000);
    // Real time, for the answers that the page waits for.
    await say(stage.app.url, 'elsewhere', { room: 'clock' });
  }
  return there();
}

describe('the transport', () => {
  it('falls back as the best ones fail, and comes back as they work, without missing or repeating anything', async () => {
    const proxy = await stage.proxy();
    const masha = await stage.visit('/', { blocked: [] }, proxy.url);
    const sent: string[] = [];
    const both = async (where: string) => {
      await say(stage.app.url, `to Masha ${where}`);
      await masha.say(`from Masha ${where}`);
      sent.push(`to Masha ${where}`, `from Masha ${where}`);
      await masha.shows(sent);
      await until(() => masha.log.locator('[data-state=sending]').count(), 0);
    };
    await both('at first');
    for (const [i, [transport]] of TRANSPORTS.slice(0, -1).entries()) {
      await masha.network.block(transport);
      proxy.cut();
      await say(stage.app.url, `below ${transport}`);
      sent.push(`below ${transport}`);
      proxy.mend();
      await masha.lookUp();
      await masha.live(TRANSPORTS[i + 1]![1]);
      await both(`below ${transport}`);
    }
    for (const [transport, words] of TRANSPORTS.slice(0, -1).toReversed()) {
      masha.network.unblock(transport);
      await say(stage.app.url, `before ${transport}`);
      sent.push(`before ${transport}`);
      await masha.lookUp();
      await masha.live(words);
      await both(`over ${transport}`);
    }
    expect((await readAll(stage.app.url)).map(({ message }) => message)).toEqual(sent);
  });

  it('is upgraded automatically', async () => {
    const masha = await stage.visit('/', { blocked: ['websocket', 'polling'], live: 'Live · over SSE' });
    masha.network.unblock('websocket');
    await masha.live();
  });

  it('is not closed for a better one that does not work', async () => {
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
    'is abandoned within 45 s when it is dead without being closed: %s',
    async (transport) => {
      const proxy = await stage.proxy();
      const masha = await stage.visit('/', { live: false }, proxy.url);
      await masha.page.clock.install();
      await masha.page.goto(`${proxy.url}/?transport=${transport}`);
      await masha.page.locator('.status[data-state=live]').waitFor();
      proxy.links.forEach((link) => link.stall());
      await say(stage.app.url, 'out of the silence');
      const known = masha.page.locator('.status[data-state=away], .bubble');
      expect(await passes(masha, () => known.count(), 45)).toBeGreaterThan(0);
      // The browser's idle connections are dead too, and it may try each of them once.
      await passes(masha, () => masha.said('out of the silence').count(), 180);
      await masha.shows(['out of the silence']);
    },
  );

  it('is reopened when it is silent though there are messages, as behind a buffering proxy', async () => {
    const masha = await stage.visit('/', { live: false });
    await masha.page.clock.install();
    await masha.page.addInitScript(() => {
      // These listeners are the first, so they can stop events before the page's own.
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
  it('shows how far the room has been read, over which transport, and how many drafts wait', async () => {
    const masha = await stage.visit('/', { blocked: [] });
    await detailsAre(masha, 'Read up to #0 · over WebSocket');
    await say(stage.app.url, 'one');
    await detailsAre(masha, 'Read up to #1 · over WebSocket');
    await masha.choose('SSE');
    await masha.live('Live · over SSE');
    await detailsAre(masha, 'Read up to #1 · over SSE');
    expect(new URL(masha.page.url()).search).toBe('?transport=sse');
    await masha.network.block('say');
    await masha.say('two');
    await masha.say('three');
    await detailsAre(masha, 'Read up to #1 · over SSE · 2 waiting');
    await masha.page.locator('summary').getByText('· 2 waiting').waitFor();
    masha.network.unblock('say');
    await detailsAre(masha, 'Read up to #3 · over SSE');
    await masha.page.locator('summary').getByText('waiting').waitFor({ state: 'detached' });
  });

  it('opens by keyboard, and closes with Escape', async () => {
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

  it('is announced by a screen reader when it changes, and not with each message', async () => {
    const masha = await stage.visit();
    const announced = masha.page.evaluate(
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
    expect(await announced).toEqual(['Offline']);
  });
});

describe('a selected transport', () => {
  it.each(TRANSPORTS)(
    'is the only one in use until the choice is automatic again: %s',
    async (transport, words) => {
      // In a room with a recent message, polls come often.
      await say(stage.app.url, 'at first');
      const masha = await stage.visit(`/?transport=${transport}`, {
        blocked: others(transport),
        live: words,
      });
      await masha.say('over one transport');
      await masha.states('sent');
      await say(stage.app.url, 'and back');
      await masha.shows(['at first', 'over one transport', 'and back']);

      await masha.network.block(transport);
      masha.network.unblock(...others(transport));
      await masha.page.reload();
      await masha.page.locator('.status[data-state=away]').waitFor();
      await masha.choose('Automatic');
      await masha.live(transport === 'websocket' ? 'Live · over Socket.IO polling' : 'Live');
      expect(new URL(masha.page.url()).search).toBe('');
    },
  );
});

function others(transport: Transport): Transport[] {
  return TRANSPORTS.map(([other]) => other).filter((other) => other !== transport);
}
