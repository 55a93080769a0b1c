import type { Page } from 'playwright-core';
import { sendMessage } from '../../support/http';
import { setUpBrowser } from '../../support/browser-fixture';

const fixture = setUpBrowser();

/** Returns the largest number of elements that the browser restyled at once during an action. */
async function restyled(page: Page, act: () => Promise<void>): Promise<number> {
  await fixture.browser.startTracing(page, { categories: ['devtools.timeline', 'blink'] });
  await act();
  await page.evaluate(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))));
  const trace = JSON.parse(String(await fixture.browser.stopTracing())) as {
    traceEvents: { name: string; args: { elementCount?: number } }[];
  };
  const updates = trace.traceEvents.filter(({ name }) => name === 'UpdateLayoutTree');
  expect(updates.length).toBeGreaterThan(0);
  return Math.max(...updates.map(({ args }) => args.elementCount ?? 0));
}

it('restyles only a few elements for a message or a key press, however long the log is', async () => {
  for (let i = 1; i <= 50; i++) await sendMessage(fixture.app.url, `line ${i}`);
  const masha = await fixture.openPage();
  const { page, messageField: box } = masha;
  const elements = await masha.log.locator('*').count();
  expect(elements).toBeGreaterThan(500);
  const few = 60;
  const message = await restyled(page, async () => {
    await sendMessage(fixture.app.url, 'and on');
    await masha.messagesWithText('and on').waitFor();
  });
  expect(message).toBeLessThan(few);
  expect(await restyled(page, () => box.pressSequentially('Hello'))).toBeLessThan(few);
  const own = await restyled(page, async () => {
    await box.press('Enter');
    await masha.waitForDeliveryStates('sent');
  });
  expect(own).toBeLessThan(few);
});
