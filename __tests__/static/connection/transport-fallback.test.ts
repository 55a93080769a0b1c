import type { Transport } from '../../../static/connection/transports';
import type { ChatPage } from '../../support/browser';
import { readAll, sendMessage } from '../../support/http';
import { setUpBrowser } from '../../support/browser-fixture';
import { waitUntilEqual } from '../../support/wait';

const fixture = setUpBrowser();

/** The transports, the best first, with the status of each. */
const TRANSPORTS = [
  ['websocket', 'Live'],
  ['polling', 'Live · over Socket.IO polling'],
  ['sse', 'Live · over SSE'],
  ['subscribe', 'Live · over long polling'],
  ['poll', 'Live · over polling'],
] as const;

/** Waits until the connection menu says this. */
const detailsAre = (chat: ChatPage, line: string) =>
  waitUntilEqual(() => chat.connectionLine.textContent(), line);

/** Advances the clock of the page until `there` is not 0, by `seconds` at most. */
async function passes({ page }: ChatPage, there: () => Promise<number>, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds && !(await there()); passed++) {
    await page.clock.runFor(1_000);
    // Real time, for the answers that the page waits for.
    await sendMessage(fixture.app.url, 'elsewhere', { room: 'clock' });
  }
}

describe('the transport', () => {
  it('falls back as the best ones fail, and comes back as they work, without missing or repeating anything', async () => {
    const proxy = await fixture.startProxy();
    const masha = await fixture.openPage('/', { blocked: [] }, proxy.url);
    const sent: string[] = [];
    const both = async (where: string) => {
      await sendMessage(fixture.app.url, `to Masha ${where}`);
      await masha.send(`from Masha ${where}`);
      sent.push(`to Masha ${where}`, `from Masha ${where}`);
      await masha.waitForMessages(sent);
      await waitUntilEqual(() => masha.log.locator('[data-state=sending]').count(), 0);
    };
    await both('at first');
    for (const [i, [transport]] of TRANSPORTS.slice(0, -1).entries()) {
      await masha.network.block(transport);
      proxy.disable();
      await sendMessage(fixture.app.url, `below ${transport}`);
      sent.push(`below ${transport}`);
      proxy.enable();
      await masha.dispatchOnline();
      await masha.waitForStatus(TRANSPORTS[i + 1]![1]);
      await both(`below ${transport}`);
    }
    for (const [transport, words] of TRANSPORTS.slice(0, -1).toReversed()) {
      masha.network.unblock(transport);
      await sendMessage(fixture.app.url, `before ${transport}`);
      sent.push(`before ${transport}`);
      await masha.dispatchOnline();
      await masha.waitForStatus(words);
      await both(`over ${transport}`);
    }
    expect((await readAll(fixture.app.url)).map(({ message }) => message)).toEqual(sent);
  });

  it('is upgraded automatically', async () => {
    const masha = await fixture.openPage('/', {
      blocked: ['websocket', 'polling'],
      status: 'Live · over SSE',
    });
    masha.network.unblock('websocket');
    await masha.waitForStatus();
  });

  it('is not closed for a better one that does not work', async () => {
    const masha = await fixture.openPage('/', {
      blocked: ['websocket', 'polling'],
      status: 'Live · over SSE',
    });
    const streams: string[] = [];
    masha.page.on('request', (request) => streams.push(new URL(request.url()).pathname));
    const tried = masha.page.waitForEvent('requestfailed');
    await masha.dispatchOnline();
    await tried;
    await sendMessage(fixture.app.url, 'still here');
    await masha.waitForMessages(['still here']);
    await masha.waitForStatus('Live · over SSE');
    expect(streams).not.toContain('/sse');
  });

  it.each(['websocket', 'sse', 'subscribe', 'poll'])(
    'is abandoned within 45 s when it is dead without being closed: %s',
    async (transport) => {
      const proxy = await fixture.startProxy();
      const masha = await fixture.openPage('/', { status: false }, proxy.url);
      await masha.page.clock.install();
      await masha.page.goto(`${proxy.url}/?transport=${transport}`);
      await masha.page.locator('.status[data-state=live]').waitFor();
      proxy.links.forEach((link) => link.stall());
      await sendMessage(fixture.app.url, 'out of the silence');
      const known = masha.page.locator('.status[data-state=away], .bubble');
      await passes(masha, () => known.count(), 45);
      // What follows the timer takes real time, however long.
      await known.first().waitFor();
      // The browser's idle connections are dead too, and it may try each of them once.
      await passes(masha, () => masha.messagesWithText('out of the silence').count(), 180);
      await masha.waitForMessages(['out of the silence']);
    },
  );

  it('is reopened when it is silent though there are messages, as behind a buffering proxy', async () => {
    const masha = await fixture.openPage('/', { status: false });
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
    await masha.page.goto(`${fixture.app.url}/?transport=sse`);
    await masha.waitForStatus('Live · over SSE');
    await masha.page.evaluate(() => Object.assign(window, { deaf: true }));
    await sendMessage(fixture.app.url, 'held back');
    const anew = masha.page.waitForRequest('**/sse?**');
    await masha.page.clock.runFor(30_000);
    await masha.waitForMessages(['held back']);
    await anew;
  });
});

describe('the status', () => {
  it('shows how far the room has been read, over which transport, and how many drafts wait', async () => {
    const masha = await fixture.openPage('/', { blocked: [] });
    await detailsAre(masha, 'Read up to #0 · over WebSocket');
    await sendMessage(fixture.app.url, 'one');
    await detailsAre(masha, 'Read up to #1 · over WebSocket');
    await masha.chooseTransport('SSE');
    await masha.waitForStatus('Live · over SSE');
    await detailsAre(masha, 'Read up to #1 · over SSE');
    expect(new URL(masha.page.url()).search).toBe('?transport=sse');
    await masha.network.block('send');
    await masha.send('two');
    await masha.send('three');
    await detailsAre(masha, 'Read up to #1 · over SSE · 2 waiting');
    await masha.page.locator('summary').getByText('· 2 waiting').waitFor();
    masha.network.unblock('send');
    await detailsAre(masha, 'Read up to #3 · over SSE');
    await masha.page.locator('summary').getByText('waiting').waitFor({ state: 'detached' });
  });

  it('opens by keyboard, and closes with Escape', async () => {
    const masha = await fixture.openPage();
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
    const masha = await fixture.openPage();
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
    for (const text of ['one', 'two', 'three']) await masha.send(text);
    await masha.waitForDeliveryStates('sent', 'sent', 'sent');
    await masha.page.context().setOffline(true);
    expect(await announced).toEqual(['Offline']);
  });
});

describe('a selected transport', () => {
  it.each(TRANSPORTS)(
    'is the only one in use until the choice is automatic again: %s',
    async (transport, words) => {
      // In a room with a recent message, polls come often.
      await sendMessage(fixture.app.url, 'at first');
      const masha = await fixture.openPage(`/?transport=${transport}`, {
        blocked: others(transport),
        status: words,
      });
      await masha.send('over one transport');
      await masha.waitForDeliveryStates('sent');
      await sendMessage(fixture.app.url, 'and back');
      await masha.waitForMessages(['at first', 'over one transport', 'and back']);

      await masha.network.block(transport);
      masha.network.unblock(...others(transport));
      await masha.page.reload();
      await masha.page.locator('.status[data-state=away]').waitFor();
      await masha.chooseTransport('Automatic');
      await masha.waitForStatus(transport === 'websocket' ? 'Live · over Socket.IO polling' : 'Live');
      expect(new URL(masha.page.url()).search).toBe('');
    },
  );
});

function others(transport: Transport): Transport[] {
  return TRANSPORTS.map(([other]) => other).filter((other) => other !== transport);
}
