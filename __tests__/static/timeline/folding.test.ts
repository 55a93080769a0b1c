import { type ChatPage, newContext } from '../../support/browser';
import { sendMessage } from '../../support/http';
import { setUpBrowser } from '../../support/browser-fixture';
import { waitUntilEqual } from '../../support/wait';

const fixture = setUpBrowser();
const { openPage } = fixture;

const POEM = Array.from({ length: 60 }, (_, i) => `line ${i + 1}`).join('\n');
/** The most lines of a folded message, with one to spare. As in static/styles/chat.css. */
const LINES = 22;

/** Returns the height of the first message's text, in lines. */
const lines = ({ log }: ChatPage) =>
  log
    .locator('.bubble')
    .first()
    .evaluate((bubble) => bubble.clientHeight / parseFloat(getComputedStyle(bubble).lineHeight));

const folded = async (one: ChatPage) => (await lines(one)) < LINES;

describe('a long message', () => {
  it.each([
    ['of 3,000 empty lines', 'function' + '\n'.repeat(3000) + '}'],
    ['of 60 lines', POEM],
    ['of one line that is wrapped', 'and so on '.repeat(399)],
  ])('%s is folded to about 20 lines, for its author too', async (_which, text) => {
    const [masha, tom] = [await openPage(), await openPage()];
    await masha.page.setViewportSize({ width: 390, height: 700 });
    await tom.page.setViewportSize({ width: 390, height: 700 });
    await masha.send(text);
    for (const one of [masha, tom]) {
      await one.page.getByRole('button', { name: 'Show more' }).waitFor();
      expect(await folded(one)).toBe(true);
    }
    await tom.page.reload();
    const more = tom.page.getByRole('button', { name: 'Show more' });
    await more.waitFor();
    expect(await folded(tom)).toBe(true);
  });

  it('unfolds and folds by keyboard, and its beginning stays in place', async () => {
    await sendMessage(fixture.app.url, POEM);
    const masha = await openPage();
    const top = () => masha.log.locator('.message').evaluate((one) => one.getBoundingClientRect().top);
    const more = masha.page.getByRole('button', { name: 'Show more' });
    await more.focus();
    expect(await more.getAttribute('aria-expanded')).toBe('false');
    const before = await top();
    await masha.page.keyboard.press('Enter');
    const less = masha.page.getByRole('button', { name: 'Show less' });
    await less.waitFor();
    expect(await less.getAttribute('aria-expanded')).toBe('true');
    expect(await lines(masha)).toBeGreaterThan(59);
    expect(await top()).toBeCloseTo(before, 0);
    // New messages don't fold it.
    await sendMessage(fixture.app.url, 'and on');
    await masha.messagesWithText('and on').waitFor();
    expect(await lines(masha)).toBeGreaterThan(59);
    await less.focus();
    await masha.page.keyboard.press('Space');
    await more.waitFor();
    expect(await folded(masha)).toBe(true);
  });

  it('stays unfolded, and in place, over a reload', async () => {
    for (const text of ['before', POEM, ...Array.from({ length: 20 }, () => 'after')])
      await sendMessage(fixture.app.url, text);
    const masha = await openPage();
    const bubble = masha.log.locator('.bubble.tall');
    const top = () => bubble.evaluate((one) => one.getBoundingClientRect().top);
    await masha.page.getByRole('button', { name: 'Show more' }).click();
    await bubble.evaluate((one) => (one.closest('.log')!.scrollTop += one.getBoundingClientRect().top + 500));
    await waitUntilEqual(async () => (await top()) < -400, true);
    const before = await top();
    await masha.page.reload();
    await masha.page.getByRole('button', { name: 'Show less' }).waitFor();
    await waitUntilEqual(async () => Math.abs((await top()) - before) < 1, true);
    // So does a message that was folded again.
    await masha.page.getByRole('button', { name: 'Show less' }).click();
    await masha.page.reload();
    await masha.page.getByRole('button', { name: 'Show more' }).waitFor();
    await masha.waitForStatus();
    expect(await masha.page.getByRole('button', { name: 'Show less' }).count()).toBe(0);
  });

  it('unfolds when the browser scrolls to a hidden part of it', async () => {
    await sendMessage(fixture.app.url, `${POEM}\nhttps://example.org/the-end`);
    const masha = await openPage();
    await masha.page.getByRole('button', { name: 'Show more' }).waitFor();
    // As with a search in the page, or the Tab key and a link.
    await masha.page.getByRole('link', { name: 'https://example.org/the-end' }).focus();
    await masha.page.getByRole('button', { name: 'Show less' }).waitFor();
    const inSight = () =>
      masha.page.getByRole('link', { name: 'https://example.org/the-end' }).evaluate((link) => {
        const box = link.closest('.log')!.getBoundingClientRect();
        const { top, bottom } = link.getBoundingClientRect();
        return top >= box.top && bottom <= box.bottom;
      });
    await waitUntilEqual(inSight, true);
  });

  it('has no button any more once it is deleted', async () => {
    const masha = await openPage();
    await masha.send(POEM);
    await masha.waitForDeliveryStates('sent');
    const id = await masha.log.locator('.mine').getAttribute('data-id');
    await masha.page.evaluate((one) => fetch(`/r/lobby/messages/${one}`, { method: 'DELETE' }), id);
    await masha.waitForMessages(['Deleted']);
    expect(await masha.page.getByRole('button', { name: /Show (more|less)/ }).count()).toBe(0);
  });

  it('scrolls within its bubble without scripts', async () => {
    await sendMessage(fixture.app.url, POEM);
    const context = await newContext(fixture.browser, { javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(fixture.app.url);
    const { height } = (await page.locator('.bubble').boundingBox())!;
    expect(height).toBeLessThan(LINES * 24);
    await page.locator('.bubble').hover();
    await page.mouse.wheel(0, 5000);
    await waitUntilEqual(async () => {
      const shot = await page.locator('.bubble').evaluate((bubble) => bubble.scrollTop);
      return shot > 500;
    }, true);
  });

  it('has no button if it is short', async () => {
    await sendMessage(fixture.app.url, POEM.split('\n').slice(0, 19).join('\n'));
    const masha = await openPage();
    await masha.log.locator('.message').waitFor();
    expect(await masha.page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
  });
});
