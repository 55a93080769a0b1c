import type { Page } from 'playwright-core';
import { until } from '../../support/browser';
import { say } from '../../support/http';
import { TestVisitor } from '../../support/test-visitor';
import { setStage } from '../../support/stage';

const stage = setStage();
const { visit } = stage;

/** Presses Enter as on Android's on-screen keyboard: a key without a code. */
async function tapEnter(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const key = { key: 'Enter', code: '', windowsVirtualKeyCode: 13 };
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', text: '\r', ...key });
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
}

describe('the message box', () => {
  it('keeps the focus after “Latest”, by mouse and by keyboard', async () => {
    for (let i = 1; i <= 60; i++) await say(stage.app.url, `line ${i}`);
    const masha = await visit();
    const latest = masha.page.getByRole('button', { name: 'Latest ↓' });
    const goUp = () => masha.log.evaluate((log) => (log.scrollTop = -log.scrollHeight));
    await masha.box.pressSequentially('By ');
    await goUp();
    await latest.click();
    await masha.page.keyboard.type('mouse, ');
    await goUp();
    await latest.focus();
    await masha.page.keyboard.press('Enter');
    await latest.waitFor({ state: 'hidden' });
    await masha.page.keyboard.type('by key');
    expect(await masha.box.inputValue()).toBe('By mouse, by key');
  });

  it('keeps or does not get the focus after “Latest” on a phone, so that the keyboard stays as it was', async () => {
    for (let i = 1; i <= 60; i++) await say(stage.app.url, `line ${i}`);
    const { page, box, log } = await visit('/', { phone: true });
    const latest = page.getByRole('button', { name: 'Latest ↓' });
    const focused = () => page.evaluate(() => document.activeElement?.tagName);
    const goUp = () => log.evaluate((one) => (one.scrollTop = -one.scrollHeight));
    await goUp();
    await latest.tap();
    await latest.waitFor({ state: 'hidden' });
    expect(await focused()).not.toBe('TEXTAREA');
    await box.tap();
    await goUp();
    await latest.tap();
    await latest.waitFor({ state: 'hidden' });
    expect(await focused()).toBe('TEXTAREA');
  });

  it('gets the focus back when the room is unlocked', async () => {
    const [owner, masha] = [await TestVisitor.createOwner(stage.app), await visit()];
    const lock = (locked: boolean) => owner.request('PUT', '/r/lobby/rules', { locked });
    await masha.box.pressSequentially('half a');
    await lock(true);
    await until(() => masha.box.isDisabled(), true);
    await until(() => masha.page.evaluate(() => document.activeElement === document.body), true);
    await lock(false);
    await until(() => masha.box.isDisabled(), false);
    await masha.page.keyboard.type(' sentence');
    expect(await masha.box.inputValue()).toBe('half a sentence');
  });

  it('grows when the window becomes narrower, and counts the characters that are too many', async () => {
    const masha = await visit();
    await masha.box.fill('and so on '.repeat(20));
    await masha.page.setViewportSize({ width: 390, height: 700 });
    await until(() => masha.box.evaluate((box) => box.scrollHeight - box.clientHeight), 0);
    expect(await masha.box.getAttribute('aria-invalid')).toBe('false');
    await masha.box.fill('x'.repeat(4001));
    await masha.page.getByText('1 character too long').waitFor();
    expect(await masha.box.getAttribute('aria-invalid')).toBe('true');
  });

  it('inserts a line break with Enter on an on-screen keyboard; the button sends', async () => {
    const masha = await visit('/', { phone: true });
    expect(await masha.box.getAttribute('enterkeyhint')).toBe('enter');
    await masha.box.tap();
    await masha.page.keyboard.insertText('one');
    await tapEnter(masha.page);
    await masha.page.keyboard.insertText('two');
    await until(() => masha.box.inputValue(), 'one\ntwo');
    await masha.page.getByRole('button', { name: 'Send' }).tap();
    await masha.shows(['one\ntwo']);
    // On an attached keyboard, Enter sends.
    await masha.box.pressSequentially('three');
    await masha.box.press('Enter');
    await masha.shows(['one\ntwo', 'three']);
  });
});
