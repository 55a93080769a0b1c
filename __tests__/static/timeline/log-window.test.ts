import type { ChatPage } from '../../support/browser';
import { sendMessage } from '../../support/http';
import { setUpBrowser } from '../../support/browser-fixture';
import { waitUntilEqual } from '../../support/wait';

const fixture = setUpBrowser();
const { openPage } = fixture;

/** As in static/timeline/log-window.ts. */
const MAX_MESSAGES = 400;

/** Posts messages to a room concurrently, so that only the seq identifies one. */
async function fill(count: number, room = 'lobby'): Promise<void> {
  for (let left = count; left > 0; left -= 50) {
    const some = Array.from({ length: Math.min(left, 50) }, (_, i) =>
      sendMessage(fixture.app.url, `One of ${count}. ${'More of it. '.repeat((left + i) % 17)}`, { room }),
    );
    await Promise.all(some);
  }
}

const at = ({ log }: ChatPage, seq: number) => log.locator(`.message[data-seq="${seq}"]`);
const count = ({ log }: ChatPage) => log.locator('.message').count();

/** Returns the seqs on the page, in order. */
const seqs = ({ log }: ChatPage) =>
  log.locator('.message').evaluateAll((all) => all.map((one) => Number((one as HTMLElement).dataset.seq)));

const isRun = (numbers: number[]) => numbers.every((n, i) => i === 0 || n === numbers[i - 1]! + 1);

/** Returns the message in the middle of the visible log, and its distance from the top. */
const visibleMessages = ({ log }: ChatPage) =>
  log.evaluate((box) => {
    const { left, top, height, width } = box.getBoundingClientRect();
    for (let y = top + height / 2; ; y++) {
      const found = document.elementFromPoint(left + width / 2, y)?.closest<HTMLElement>('.message');
      if (found) return { seq: Number(found.dataset.seq), y: found.getBoundingClientRect().top - top };
    }
  });

/** Returns the distance of a message from the top of the log. */
const placeOf = (chat: ChatPage, seq: number) =>
  at(chat, seq).evaluate((one) => {
    const box = one.closest('.log')!;
    return one.getBoundingClientRect().top - box.getBoundingClientRect().top;
  });

/** Turns the mouse wheel until `seen` resolves with true. */
async function scrollByWheel(
  { page, log }: ChatPage,
  by: number,
  seen: () => Promise<boolean>,
): Promise<void> {
  await log.hover();
  while (!(await seen())) {
    await page.mouse.wheel(0, by);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

/** Whether the log is scrolled to its end, and the last message has this seq. */
const endsWith = (chat: ChatPage, seq: number) =>
  chat.log.evaluate(
    (log, last) =>
      log.scrollTop === 0 && [...log.querySelectorAll<HTMLElement>('.message')].at(-1)?.dataset.seq === last,
    String(seq),
  );

/** Waits until scrolling and loading have ended. */
async function waitUntilStable(chat: ChatPage): Promise<void> {
  const state = () => chat.log.evaluate((log) => `${log.scrollTop} ${log.scrollHeight}`);
  let before = '';
  await waitUntilEqual(async () => {
    const last = before;
    await chat.page.evaluate(async () => {
      await new Promise((go) => setTimeout(go, 100));
      // A slow machine may have drawn nothing meanwhile.
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    });
    before = await state();
    return before === last;
  }, true);
}

interface Watched {
  /** The largest number of messages on the page. */
  most: number;
  /** How often messages were added or removed. */
  changes: number;
  /** The farthest that such a change moved the first visible message, in pixels. */
  moved: number;
}

/** Observes the visible messages while others are added and removed; returns a function that returns the results. */
async function watch({ page, log }: ChatPage): Promise<() => Promise<Watched>> {
  await log.evaluate((box) => {
    const list = box.querySelector('#messages')!;
    const watched = { most: 0, changes: 0, moved: 0 };
    let before: { element: Element; bottom: number } | undefined;
    const look = () => {
      const top = box.getBoundingClientRect().top;
      const all = [...list.querySelectorAll('.message')];
      const element = all.find((one) => one.getBoundingClientRect().bottom > top);
      before = element && { element, bottom: element.getBoundingClientRect().bottom };
    };
    const everyFrame = () => {
      look();
      requestAnimationFrame(everyFrame);
    };
    everyFrame();
    box.addEventListener('scroll', look);
    new MutationObserver(() => {
      watched.changes++;
      watched.most = Math.max(watched.most, list.querySelectorAll('.message').length);
      if (before?.element.isConnected) {
        const moved = Math.abs(before.element.getBoundingClientRect().bottom - before.bottom);
        watched.moved = Math.max(watched.moved, moved);
      }
      look();
    }).observe(list, { childList: true });
    Object.assign(window, { watched });
  });
  return () => page.evaluate(() => (window as unknown as { watched: Watched }).watched);
}

describe('a long room', () => {
  it('is on the page only around the reader, for whom nothing moves while messages are added and removed', async () => {
    await fill(900);
    const masha = await openPage();
    const watched = await watch(masha);
    await scrollByWheel(masha, -700, async () => (await seqs(masha))[0] === 1);
    await waitUntilStable(masha);
    expect(isRun(await seqs(masha))).toBe(true);
    await scrollByWheel(masha, 700, () => endsWith(masha, 900));
    expect(isRun(await seqs(masha))).toBe(true);
    const { most, changes, moved } = await watched();
    expect(most).toBeLessThanOrEqual(MAX_MESSAGES);
    expect(changes).toBeGreaterThan(20);
    expect(moved).toBeLessThan(1);
    // The page follows the room again.
    await sendMessage(fixture.app.url, 'and on');
    await at(masha, 901).waitFor();
  });

  it('stops growing while somebody reads older messages, counts new ones, and goes on from there', async () => {
    await fill(60);
    const masha = await openPage();
    await scrollByWheel(masha, -100, async () => (await visibleMessages(masha)).seq < 40);
    await waitUntilStable(masha);
    const watched = await watch(masha);
    const { seq, y } = await visibleMessages(masha);
    await fill(600);
    await masha.page.getByRole('button', { name: '600 new messages ↓' }).waitFor();
    expect(await placeOf(masha, seq)).toBeCloseTo(y, 0);
    expect((await watched()).most).toBeLessThanOrEqual(MAX_MESSAGES);
    expect(await count(masha)).toBeLessThan(MAX_MESSAGES);
    await scrollByWheel(masha, 700, () => endsWith(masha, 660));
    expect(isRun(await seqs(masha))).toBe(true);
    expect((await watched()).moved).toBeLessThan(1);
    await sendMessage(fixture.app.url, 'and on');
    await at(masha, 661).waitFor();
  });

  it('jumps to the newest message with “Latest”, and when somebody sends a message', async () => {
    await fill(800);
    const [masha, tom] = [await openPage(), await openPage()];
    for (const one of [masha, tom])
      await scrollByWheel(
        one,
        -1000,
        async () => (await seqs(one))[0]! < 300 && !(await at(one, 800).count()),
      );
    await masha.page.getByRole('button', { name: 'Latest ↓' }).click();
    await at(masha, 800).waitFor();
    expect(await masha.log.evaluate((log) => log.scrollTop)).toBe(0);
    await tom.send('Here I am');
    await masha.messagesWithText('Here I am').waitFor();
    await waitUntilEqual(() => tom.messagesWithText('Here I am').getAttribute('data-seq'), '801');
    await tom.waitForDeliveryStates('sent');
    for (const one of [masha, tom]) {
      const all = await seqs(one);
      expect(isRun(all)).toBe(true);
      expect(all.at(-1)).toBe(801);
      expect(await one.log.evaluate((log) => log.scrollTop)).toBe(0);
    }
  });

  it.each(['with the button', 'after reconnecting'])(
    'says that newer messages couldn’t be loaded, shows own ones all the same, and loads them %s',
    async (by) => {
      await fill(600);
      const masha = await openPage('/', { blocked: [] });
      await scrollByWheel(
        masha,
        -1000,
        async () => (await seqs(masha))[0]! < 200 && !(await at(masha, 600).count()),
      );
      await masha.network.block('poll');
      await masha.send('Here I am');
      await masha.messagesWithText('Here I am').waitFor();
      const again = masha.page.getByRole('button', { name: 'Try again' });
      await masha.log.getByText('Newer messages couldn’t be loaded.').waitFor();
      masha.network.unblock('poll');
      if (by === 'with the button') await again.click();
      else
        await masha.page.evaluate(() =>
          ['offline', 'online'].forEach((type) => dispatchEvent(new Event(type))),
        );
      await scrollByWheel(masha, 700, async () => (await seqs(masha)).at(-1) === 601);
      expect(isRun(await seqs(masha))).toBe(true);
    },
  );

  it('applies the deletion of a message that is not on the page', async () => {
    await fill(600);
    const masha = await openPage();
    const tom = await openPage();
    await tom.send('Never mind');
    await masha.messagesWithText('Never mind').waitFor();
    await scrollByWheel(
      masha,
      -1000,
      async () => (await seqs(masha))[0]! < 200 && !(await at(masha, 601).count()),
    );
    const id = await tom.messagesWithText('Never mind').getAttribute('data-id');
    await tom.page.evaluate((one) => fetch(`/r/lobby/messages/${one}`, { method: 'DELETE' }), id);
    await tom.messagesWithText('Deleted').waitFor();
    await masha.page.getByRole('button', { name: 'Latest ↓' }).click();
    await at(masha, 600).waitFor();
    expect(await masha.messagesWithText('Never mind').count()).toBe(0);
  });
});

describe('the reading position', () => {
  it.each([
    ['near the end', 40],
    ['far above it', 500],
  ])('survives a reload, %s', async (_where, above) => {
    await fill(700);
    const masha = await openPage();
    await scrollByWheel(masha, -400, async () => (await visibleMessages(masha)).seq < 700 - above);
    await waitUntilStable(masha);
    const { seq, y } = await visibleMessages(masha);
    await masha.page.reload();
    await at(masha, seq).waitFor();
    await waitUntilEqual(async () => Math.abs((await placeOf(masha, seq)) - y) < 1, true);
    await waitUntilStable(masha);
    expect(Math.abs((await placeOf(masha, seq)) - y)).toBeLessThan(1);
    expect(isRun(await seqs(masha))).toBe(true);
    await masha.page.getByRole('button', { name: 'Latest ↓' }).waitFor();
  });

  it('stays at the end over a reload', async () => {
    await fill(80);
    const masha = await openPage();
    await scrollByWheel(masha, -300, async () => (await visibleMessages(masha)).seq < 60);
    await masha.page.getByRole('button', { name: 'Latest ↓' }).click();
    await masha.page.reload();
    await masha.waitForStatus();
    expect(await masha.log.evaluate((log) => log.scrollTop)).toBe(0);
    await masha.page.getByRole('button', { name: 'Latest ↓' }).waitFor({ state: 'hidden' });
  });

  it('survives resizing, as by rotation or an on-screen keyboard', async () => {
    await fill(200);
    const masha = await openPage();
    await scrollByWheel(masha, -300, async () => (await visibleMessages(masha)).seq < 130);
    await waitUntilStable(masha);
    // The first visible message.
    const [seq, y] = await masha.log.evaluate((log) => {
      const { top } = log.getBoundingClientRect();
      const tops = [...log.querySelectorAll<HTMLElement>('.message')].map((one) => ({
        seq: Number(one.dataset.seq),
        y: one.getBoundingClientRect().bottom - top,
      }));
      const { seq, y } = tops.find(({ y }) => y > 0)!;
      return [seq, y];
    });
    for (const [width, height] of [
      [390, 700],
      [1200, 700],
      [390, 700],
      [390, 400],
      [844, 390],
      [1200, 700],
    ] as const) {
      await masha.page.setViewportSize({ width, height });
      await waitUntilEqual(async () => {
        const { offset, size } = await at(masha, seq).evaluate((one) => {
          const { top } = one.closest('.log')!.getBoundingClientRect();
          const box = one.getBoundingClientRect();
          return { offset: box.bottom - top, size: box.height };
        });
        return offset > 0 && offset <= size + 1;
      }, true);
    }
    // The page corrects the position after the layout of the last size.
    const bottom = () =>
      at(masha, seq).evaluate(
        (one) => one.getBoundingClientRect().bottom - one.closest('.log')!.getBoundingClientRect().top,
      );
    await waitUntilEqual(async () => Math.abs((await bottom()) - y) < 2, true);
  });
});
