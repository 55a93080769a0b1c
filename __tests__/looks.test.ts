import type { Page } from 'playwright-core';
import { say } from './support/http';
import { setStage } from './support/stage';

const stage = setStage();

/** The texts whose contrast with what is behind them is below 4.5:1, as the browser shows them. */
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
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint: string[] = [];
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement!;
      if (!texts.currentNode.textContent?.trim() || !element.checkVisibility()) continue;
      if (element.closest('script, style, template, noscript, option, .unseen')) continue;
      const backs: string[] = [];
      let opacity = 1;
      for (let one: Element | null = element; one; one = one.parentElement) {
        const style = getComputedStyle(one);
        backs.unshift(style.backgroundColor);
        opacity *= Number(style.opacity);
      }
      const [back, text] = [paint(backs), paint([...backs, getComputedStyle(element).color])];
      const ratio = (Math.max(back, text) + 0.05) / (Math.min(back, text) + 0.05);
      if (ratio < 4.5 || opacity < 1)
        faint.push(
          `${element.className || element.tagName}: ${texts.currentNode.textContent} ${ratio.toFixed(2)}`,
        );
    }
    return faint;
  });

describe('what is written on the page', () => {
  it.each(['light', 'dark'] as const)(
    'stands out from what is behind it, in %s colours',
    async (colorScheme) => {
      await say(stage.app.url, 'hello');
      const masha = await stage.visit();
      const { page } = masha;
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await masha.say('https://example.com');
      await masha.states('sent');
      expect(await faintTexts(page)).toEqual([]);
      await page.context().setOffline(true);
      await page.getByRole('status').getByText('Offline').waitFor();
      await masha.say('not yet');
      expect(await faintTexts(page)).toEqual([]);
      await page.context().setOffline(false);
      await masha.states('sent', 'sent');
      await page.goto(`${stage.app.url}/account`);
      expect(await faintTexts(page)).toEqual([]);
    },
  );

  it('keeps its shapes where colours are forced', async () => {
    await say(stage.app.url, 'hello');
    const masha = await stage.visit();
    await masha.page.emulateMedia({ forcedColors: 'active' });
    await masha.say('mine');
    await masha.states('sent');
    const widths = await masha.page.evaluate(() =>
      ['.bubble', '.mine .bubble', '.avatar', '.send'].map(
        (selector) => getComputedStyle(document.querySelector(selector)!).borderTopWidth,
      ),
    );
    expect(widths).toEqual(['1px', '2px', '1px', '1px']);
  });

  it('does not make a touch screen zoom, nor is it clipped at twice its size', async () => {
    const context = await stage.browser.newContext({
      hasTouch: true,
      viewport: { width: 820, height: 1180 },
    });
    const page = await context.newPage();
    await page.goto(stage.app.url);
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
  });

  it('has the corners and colours of its writer, whichever way it runs', async () => {
    const masha = await stage.visit();
    await masha.say('שלום לכולם');
    await masha.states('sent');
    const bubble = masha.log.locator('.mine .bubble');
    expect(
      await bubble.evaluate((one) => {
        const { borderTopRightRadius, borderTopLeftRadius, direction } = getComputedStyle(one);
        return [direction, borderTopLeftRadius, borderTopRightRadius];
      }),
    ).toEqual(['rtl', '18px', '6px']);
  });

  it('has no dead link, menu or button without scripts, and its times say that they are in UTC', async () => {
    await say(stage.app.url, 'hello');
    const context = await stage.browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    for (const path of ['/', '/r/lobby?write', '/account', '/nothing', '/invite']) {
      await page.goto(stage.app.url + path);
      const buttons = page.locator('button:visible');
      for (const button of await buttons.all())
        expect(await button.evaluate((one) => (one as HTMLButtonElement).form?.method)).toBe('post');
      expect(await page.locator('a[href^="/account"]:visible').count()).toBe(0);
    }
    await page.goto(stage.app.url);
    await page.getByText(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/).waitFor();
  });
});
