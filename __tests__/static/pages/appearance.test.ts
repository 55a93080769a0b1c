import type { Page } from 'playwright-core';
import { newContext, signInAs } from '../../support/browser';
import { sendMessage } from '../../support/http';
import { TestVisitor } from '../../support/test-visitor';
import { setUpBrowser } from '../../support/browser-fixture';
import { waitUntilEqual } from '../../support/wait';

const fixture = setUpBrowser();

/** Returns the texts with a contrast below 4.5:1, as the browser renders them. */
const faintTexts = (page: Page) =>
  page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
    const paint = (colours: string[]): number => {
      canvas.fillStyle = '#fff';
      for (const colour of colours) {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
      }
      const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    const faint: string[] = [];
    const look = (element: Element, text: string | null, { color, opacity }: CSSStyleDeclaration): void => {
      const backs: string[] = [];
      let shown = Number(opacity);
      for (let one: Element | null = element; one; one = one.parentElement) {
        const style = getComputedStyle(one);
        backs.unshift(style.backgroundColor);
        shown *= Number(style.opacity);
      }
      const [back, front] = [paint(backs), paint([...backs, color])];
      const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
      if (ratio < 4.5 || shown < 1)
        faint.push(`${element.className || element.tagName}: ${text} ${ratio.toFixed(2)}`);
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement!;
      if (!texts.currentNode.textContent?.trim() || !element.checkVisibility()) continue;
      if (element.closest('script, style, template, noscript, option, .visually-hidden')) continue;
      look(element, texts.currentNode.textContent, getComputedStyle(element));
    }
    for (const field of document.querySelectorAll<HTMLInputElement>('[placeholder]'))
      if (field.checkVisibility()) look(field, field.placeholder, getComputedStyle(field, '::placeholder'));
    return faint;
  });

describe('text', () => {
  it.each(['light', 'dark'] as const)('has enough contrast, in %s colours', async (colorScheme) => {
    await sendMessage(fixture.app.url, 'hello');
    const masha = await fixture.openPage();
    const { page } = masha;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await masha.send('https://example.com');
    await masha.waitForDeliveryStates('sent');
    expect(await faintTexts(page)).toEqual([]);
    await page.context().setOffline(true);
    await page.getByRole('status').getByText('Offline').waitFor();
    await masha.send('not yet');
    expect(await faintTexts(page)).toEqual([]);
    await page.context().setOffline(false);
    await masha.waitForDeliveryStates('sent', 'sent');
    await page.goto(`${fixture.app.url}/account`);
    // Buttons are disabled until the script has loaded.
    await waitUntilEqual(() => page.locator('button:disabled').count(), 0);
    expect(await faintTexts(page)).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'has enough contrast on the pages for accounts, moderation, invitations and errors, in %s colours',
    async (colorScheme) => {
      const owner = await TestVisitor.createOwner(fixture.app, 'Olga');
      const tom = await TestVisitor.invite(owner, 'moderator', 'Tom');
      await owner.request('PUT', `/people/${tom.id}/mute`, {});
      await owner.request('POST', '/account/tokens', { label: 'backup script' });
      await owner.request('POST', '/invitations', { role: 'member', uses: 10, hours: 1 });
      const context = await newContext(fixture.browser, { colorScheme, reducedMotion: 'reduce' });
      const page = await context.newPage();
      const look = async (...paths: string[]) => {
        for (const path of paths) {
          await page.goto(fixture.app.url + path);
          // Buttons are disabled until the script has loaded.
          await waitUntilEqual(() => page.locator('button:disabled').count(), 0);
          expect([path, ...(await faintTexts(page))]).toEqual([path]);
        }
      };
      await look('/invite', '/nothing', '/r/Bad_Room');
      await page.goto(`${fixture.app.url}/invite#nothing`);
      await page.getByText('This invitation link is no longer valid.').waitFor();
      expect(await faintTexts(page)).toEqual([]);
      await page.getByRole('link', { name: 'Go to the chat' }).waitFor();
      expect(await page.getByText('open the link again').isVisible()).toBe(false);
      await signInAs(context, owner);
      await look('/account', '/moderation');
      await page.getByText('Past links').click();
      await page.getByRole('button', { name: 'Create link' }).click();
      await page.locator('#secret').waitFor();
      expect(await faintTexts(page)).toEqual([]);
    },
  );

  it('keeps its shapes with forced colours', async () => {
    await sendMessage(fixture.app.url, 'hello');
    const masha = await fixture.openPage();
    await masha.page.emulateMedia({ forcedColors: 'active' });
    await masha.send('mine');
    await masha.waitForDeliveryStates('sent');
    const widths = await masha.page.evaluate(() =>
      ['.bubble', '.mine .bubble', '.avatar', '.send'].map(
        (selector) => getComputedStyle(document.querySelector(selector)!).borderTopWidth,
      ),
    );
    expect(widths).toEqual(['1px', '2px', '1px', '1px']);
  });

  it('makes no touch screen zoom, and is not clipped at 200 %', async () => {
    const context = await newContext(fixture.browser, {
      hasTouch: true,
      viewport: { width: 820, height: 1180 },
    });
    const page = await context.newPage();
    await page.goto(fixture.app.url);
    const sizes = () =>
      page
        .locator('input:not([type=checkbox]), textarea, select')
        .evaluateAll((all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize)));
    expect(Math.min(...(await sizes()))).toBeGreaterThanOrEqual(16);
    await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
    const box = page.locator('#message');
    await box.fill('gjÄ');
    const [line, height] = await box.evaluate((one) => {
      const { lineHeight, fontSize } = getComputedStyle(one);
      return [parseFloat(lineHeight) / parseFloat(fontSize), one.scrollHeight - one.clientHeight];
    });
    expect(line).toBeGreaterThan(1.3);
    expect(height).toBe(0);

    await page.setViewportSize({ width: 390, height: 700 });
    const masha = await TestVisitor.createGuest(fixture.app.url);
    await masha.createAccount('Masha');
    await signInAs(context, masha);
    await page.goto(`${fixture.app.url}/account`);
    await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
    // The name is not broken, and the field is wide enough for its text.
    const name = await page.locator('h1').boundingBox();
    expect(name!.height).toBeLessThan(80);
    expect((await page.locator('#label').boundingBox())!.width).toBeGreaterThan(250);
  });

  it('has the corners of its author, in either writing direction', async () => {
    const masha = await fixture.openPage();
    await masha.send('שלום לכולם');
    await masha.waitForDeliveryStates('sent');
    const bubble = masha.log.locator('.mine .bubble');
    expect(
      await bubble.evaluate((one) => {
        const { borderTopRightRadius, borderTopLeftRadius, direction } = getComputedStyle(one);
        return [direction, borderTopLeftRadius, borderTopRightRadius];
      }),
    ).toEqual(['rtl', '18px', '6px']);
  });

  it('comes without dead links, menus and buttons where there are no scripts, and with times in UTC', async () => {
    await sendMessage(fixture.app.url, 'hello');
    const context = await newContext(fixture.browser, { javaScriptEnabled: false });
    const page = await context.newPage();
    for (const path of ['/', '/r/lobby?write', '/account', '/nothing', '/invite']) {
      await page.goto(fixture.app.url + path);
      const buttons = page.locator('button:visible');
      for (const button of await buttons.all())
        expect(await button.evaluate((one) => (one as HTMLButtonElement).form?.method)).toBe('post');
      expect(await page.locator('a[href^="/account"]:visible').count()).toBe(0);
    }
    await page.goto(fixture.app.url);
    await page.getByText(/^\d+ \w+ \d{4}, \d\d:\d\d UTC$/).waitFor();

    const owner = await TestVisitor.createOwner(fixture.app, 'Olga');
    const tom = await TestVisitor.invite(owner, 'moderator', 'Tom');
    await owner.request('PUT', `/people/${tom.id}/mute`, { minutes: 10 });
    await signInAs(context, owner);
    await page.goto(`${fixture.app.url}/moderation`);
    const row = page.getByRole('list', { name: 'People' }).getByRole('listitem').filter({ hasText: 'Tom' });
    await row.getByText(/^Muted until \d+ \w+ \d{4}, \d\d:\d\d UTC/).waitFor();
    await row.locator('.hint').getByText('Moderator', { exact: true }).waitFor();
    expect(await page.locator('button:visible:not(.languages button)').count()).toBe(0);
  });
});
