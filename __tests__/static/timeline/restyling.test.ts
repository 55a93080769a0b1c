import type { Page } from 'playwright-core';
import { say } from '../../support/http';
import { setStage } from '../../support/stage';

const stage = setStage();

/** Returns the largest number of elements that the browser restyled at once during an action. */
async function restyled(page: Page, act: () => Promise<void>): Promise<number> {
  await stage.browser.startTracing(page, { categories: ['devtools.timeline', 'blink'] });
  await act();
  await page.evaluate(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))));
  const trace = JSON.parse(String(await stage.browser.stopTracing())) as {
    traceEvents: { name: string; args: { elementCount?: number } }[];
  };
  const updates = trace.traceEvents.filter(({ name }) => name === 'UpdateLayoutTree');
  expect(updates.length).toBeGreaterThan(0);
  return Math.max(...updates.map(({ args }) => args.elementCount ?? 0));
}

it('restyles only a few elements for a message or a key press, however long the log is', async () => {
  for (let i = 1; i <= 50; i++) await say(stage.app.url, `line ${i}`);
  const masha = await stage.visit();
  const { page, box } = masha;
  const elements = await masha.log.locator('*').count();
  expect(elements).toBeGreaterThan(500);
  const few = 60;
  const message = await restyled(page, async () => {
    await say(stage.app.url, 'and on');
    await masha.said('and on').waitFor();
  });
  expect(message).toBeLessThan(few);
  expect(await restyled(page, () => box.pressSequentially('Hello'))).toBeLessThan(few);
  const own = await restyled(page, async () => {
    await box.press('Enter');
    await masha.states('sent');
  });
  expect(own).toBeLessThan(few);
});
