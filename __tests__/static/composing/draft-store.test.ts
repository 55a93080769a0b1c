import { once } from 'node:events';
import type { Visit } from '../../support/browser';
import { readAll } from '../../support/http';
import { setStage } from '../../support/stage';

const stage = setStage();

const texts = async () => (await readAll(stage.app.url)).map(({ message }) => message);

/** Opens a page that can’t send until it is unblocked. */
const cutOff = () => stage.visit('/', { blocked: ['websocket', 'polling', 'say'], live: 'Live · over SSE' });

async function crash({ page }: Visit): Promise<void> {
  const crashed = once(page as unknown as NodeJS.EventEmitter, 'crash');
  void page.goto('chrome://crash').catch(() => undefined);
  await crashed;
}

/** Waits until the browser has stored this many drafts. */
const written = ({ page }: Visit, count: number) =>
  page.waitForFunction(
    (expected) =>
      new Promise<boolean>((resolve) => {
        const request = indexedDB.open('parley');
        request.onsuccess = () => {
          const counted = request.result.transaction('drafts').objectStore('drafts').count();
          counted.onsuccess = () => {
            request.result.close();
            resolve(counted.result === expected);
          };
        };
      }),
    count,
  );

describe('a draft', () => {
  it.each([
    ['the page is reloaded', (visit: Visit) => visit.page.reload()],
    ['the tab is closed', (visit: Visit) => visit.page.close()],
    ['the tab crashes', crash],
  ])('is sent once and in order after %s', async (_what, end) => {
    const masha = await cutOff();
    for (const text of ['first', 'second', 'third']) await masha.say(text);
    await written(masha, 3);
    await end(masha);
    masha.network.unblock('say');
    const again = await stage.visit('/', { beside: masha, live: 'Live · over SSE' });
    await again.shows(['first', 'second', 'third']);
    await again.states('sent', 'sent', 'sent');
    expect(await texts()).toEqual(['first', 'second', 'third']);
    await written(again, 0);
  });

  it('is sent also when the browser has closed the database', async () => {
    const masha = await stage.visit();
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
    await masha.say('without a store');
    await masha.states('sent');
    expect(await texts()).toEqual(['without a store']);
    expect(errors).toEqual([]);
  });

  it('survives closing and opening the page offline', async () => {
    const masha = await stage.visit();
    await masha.page.context().setOffline(true);
    await masha.page.getByRole('status').getByText('Offline').waitFor();
    await masha.say('from afar');
    await written(masha, 1);
    await masha.page.close();
    await masha.page.context().setOffline(false);
    const again = await stage.visit('/', { beside: masha });
    await again.states('sent');
    expect(await texts()).toEqual(['from afar']);
  });

  it('is sent in the order of writing, though two tabs write: one of them sends at a time', async () => {
    const one = await stage.visit('/?transport=sse', { live: 'Live · over SSE' });
    const other = await stage.visit('/?transport=sse', { beside: one, live: 'Live · over SSE' });
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
      await (text.endsWith('one') ? one : other).say(text);
      await written(one, i + 1);
    }
    expect(sending).toBe(1);
    go();
    await one.shows(order);
    await other.shows(order);
    await one.states('sent', 'sent', 'sent', 'sent', 'sent');
    expect(await texts()).toEqual(order);
    await written(one, 0);
  });

  it('does not wait for a tab that holds the lock and hangs', async () => {
    const one = await stage.visit('/?transport=sse', { live: 'Live · over SSE' });
    const asked = new Promise<void>((resolve) => {
      void one.page.route('**/messages', () => resolve());
    });
    await one.say('first');
    await asked;
    const other = await stage.visit('/?transport=sse', { beside: one, live: false });
    await other.page.clock.install();
    await other.page.reload();
    await other.say('second');
    await written(other, 2);
    await other.page.clock.runFor(20_000);
    await other.states('sent', 'sent');
    expect(await texts()).toEqual(['first', 'second']);
  });

  it('is sent from memory where the browser has no storage and no locks', async () => {
    const masha = await stage.visit('/', {
      before: () => {
        Object.defineProperty(navigator, 'locks', { value: undefined });
        IDBFactory.prototype.open = () => {
          throw new DOMException('No.', 'SecurityError');
        };
      },
    });
    await masha.say('first');
    await masha.say('second');
    await masha.states('sent', 'sent');
    expect(await texts()).toEqual(['first', 'second']);
  });
});
