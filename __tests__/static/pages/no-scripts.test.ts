import type { Page } from 'playwright-core';
import { newContext } from '../../support/browser';
import { readAll, sendMessage } from '../../support/http';
import { setUpBrowser } from '../../support/browser-fixture';

const fixture = setUpBrowser();

/** Opens a page that runs no scripts. */
async function plainPage(width = 360) {
  const context = await newContext(fixture.browser, {
    javaScriptEnabled: false,
    viewport: { width, height: 740 },
  });
  const page = await context.newPage();
  return page;
}

/** The form that needs no script; the style hides the other one. */
const form = (page: Page) => page.locator('form.no-scripts');

describe('the page without scripts', () => {
  it('shows the room, sends a message under a name, and returns', async () => {
    await sendMessage(fixture.app.url, 'before');
    const page = await plainPage();
    await page.goto(fixture.app.url);
    await page.getByText('before').waitFor();
    await page.getByRole('link', { name: 'Write a message' }).click();
    await form(page).getByRole('textbox', { name: 'Message' }).fill('no <script> needed');
    await form(page).getByRole('textbox', { name: 'Name' }).fill('Masha');
    await form(page).getByRole('button', { name: 'Send' }).click();
    await page.waitForURL('**/r/lobby');
    await page.getByText('no <script> needed').waitFor();
    const [, sent] = await readAll(fixture.app.url);
    expect(sent).toMatchObject({ message: 'no <script> needed', username: 'Masha' });
  });

  it('reloads itself, except while somebody is writing', async () => {
    const page = await plainPage();
    await page.goto(`${fixture.app.url}/r/garden`);
    expect(await page.locator('meta[http-equiv=refresh]').getAttribute('content')).toBe('20');
    await page.getByRole('link', { name: 'Write a message' }).click();
    await form(page).getByRole('textbox', { name: 'Message' }).waitFor();
    expect(await page.locator('meta[http-equiv]').count()).toBe(0);
  });

  it('hides what needs scripts, and fits a narrow screen', async () => {
    const page = await plainPage(320);
    await page.goto(`${fixture.app.url}/r/lobby?write`);
    for (const dead of ['#composer', '#status', '#open-panel', '#side', '.older'])
      expect(await page.locator(dead).isVisible()).toBe(false);
    const width = page.locator('main').evaluate((main) => main.scrollWidth);
    expect(await width).toBe(320);
  });

  it('shows no second form with scripts', async () => {
    const masha = await fixture.openPage('/?write');
    expect(await masha.page.getByRole('textbox', { name: 'Message' }).count()).toBe(1);
    await masha.send('hello');
    await masha.waitForDeliveryStates('sent');
  });
});
