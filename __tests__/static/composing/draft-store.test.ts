import { once } from 'node:events';
import type { ChatPage } from '../../support/browser';
import { readAll } from '../../support/http';
import { setUpBrowser } from '../../support/browser-fixture';
import { waitUntilEqual } from '../../support/wait';

const fixture = setUpBrowser();

const texts = async () => (await readAll(fixture.app.url)).map(({ message }) => message);

/** Opens a page that can’t send until it is unblocked. */
const openOffline = () =>
  fixture.openPage('/', { blocked: ['websocket', 'polling', 'send'], status: 'Live · over SSE' });

async function crashPage({ page }: ChatPage): Promise<void> {
  const crashed = once(page as unknown as NodeJS.EventEmitter, 'crash');
  void page.goto('chrome://crash').catch(() => undefined);
  await crashed;
}

describe('a draft', () => {
  it.each([
    ['the page is reloaded', (chat: ChatPage) => chat.page.reload()],
    ['the tab is closed', (chat: ChatPage) => chat.page.close()],
    ['the tab crashes', crashPage],
  ])('is sent once and in order after %s', async (_what, end) => {
    const masha = await openOffline();
    for (const text of ['first', 'second', 'third']) await masha.send(text);
    await masha.waitForStoredDrafts(3);
    await end(masha);
    masha.network.unblock('send');
    const again = await fixture.openPage('/', { sameProfileAs: masha, status: 'Live · over SSE' });
    await again.waitForMessages(['first', 'second', 'third']);
    await again.waitForDeliveryStates('sent', 'sent', 'sent');
    expect(await texts()).toEqual(['first', 'second', 'third']);
    await again.waitForStoredDrafts(0);
  });

  it('is sent also when the browser has closed the database', async () => {
    const masha = await fixture.openPage();
    const errors: string[] = [];
    masha.page.on('pageerror', (error) => errors.push(error.message));
    await masha.page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase('parley');
          request.onsuccess = resolve;
          request.onerror = reject;
        }),
    );
    await masha.send('without a store');
    await masha.waitForDeliveryStates('sent');
    expect(await texts()).toEqual(['without a store']);
    expect(errors).toEqual([]);
  });

  it('survives closing and opening the page offline', async () => {
    const masha = await fixture.openPage();
    await masha.page.context().setOffline(true);
    await masha.page.getByRole('status').getByText('Offline').waitFor();
    await masha.send('from afar');
    await masha.waitForStoredDrafts(1);
    await masha.page.close();
    await masha.page.context().setOffline(false);
    const again = await fixture.openPage('/', { sameProfileAs: masha });
    await again.waitForDeliveryStates('sent');
    expect(await texts()).toEqual(['from afar']);
  });

  it('is sent in the order of writing, though two tabs write: one of them sends at a time', async () => {
    const one = await fixture.openPage('/?transport=sse', { status: 'Live · over SSE' });
    const other = await fixture.openPage('/?transport=sse', {
      sameProfileAs: one,
      status: 'Live · over SSE',
    });
    let go!: () => void;
    const held = new Promise<void>((resolve) => (go = resolve));
    let sending = 0;
    await one.page.context().route('**/messages', async (route) => {
      sending++;
      await held;
      await route.continue();
    });
    const order = ['a of one', 'b of one', 'c of the other', 'd of one', 'e of the other'];
    for (const [i, text] of order.entries()) {
      await (text.endsWith('one') ? one : other).send(text);
      await one.waitForStoredDrafts(i + 1);
    }
    await waitUntilEqual(async () => sending, 1);
    go();
    await one.waitForMessages(order);
    await other.waitForMessages(order);
    await one.waitForDeliveryStates('sent', 'sent', 'sent', 'sent', 'sent');
    expect(await texts()).toEqual(order);
    await one.waitForStoredDrafts(0);
  });

  it('does not wait for a tab that holds the lock and hangs', async () => {
    const one = await fixture.openPage('/?transport=sse', { status: 'Live · over SSE' });
    const asked = new Promise<void>((resolve) => {
      void one.page.route('**/messages', () => resolve());
    });
    await one.send('first');
    await asked;
    const other = await fixture.openPage('/?transport=sse', { sameProfileAs: one, status: false });
    await other.page.clock.install();
    await other.page.reload();
    await other.send('second');
    await other.waitForStoredDrafts(2);
    await other.page.clock.runFor(20_000);
    await other.waitForDeliveryStates('sent', 'sent');
    expect(await texts()).toEqual(['first', 'second']);
  });

  it('is sent from memory where the browser has no storage and no locks', async () => {
    const masha = await fixture.openPage('/', {
      initScript: () => {
        Object.defineProperty(navigator, 'locks', { value: undefined });
        IDBFactory.prototype.open = () => {
          throw new DOMException('No.', 'SecurityError');
        };
      },
    });
    await masha.send('first');
    await masha.send('second');
    await masha.waitForDeliveryStates('sent', 'sent');
    expect(await texts()).toEqual(['first', 'second']);
  });
});
