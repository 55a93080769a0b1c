import type { Page } from 'playwright-core';
import { sendMessage } from '../../support/http';
import { TestVisitor } from '../../support/test-visitor';
import { setUpBrowser } from '../../support/browser-fixture';
import { waitUntilEqual } from '../../support/wait';

const fixture = setUpBrowser();
const { openPage } = fixture;

/** Presses Enter as on Android's on-screen keyboard: a key without a code. */
async function tapEnter(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const key = { key: 'Enter', code: '', windowsVirtualKeyCode: 13 };
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', text: '\r', ...key });
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
}

describe('the message box', () => {
  it('keeps the focus after “Latest”, by mouse and by keyboard', async () => {
    for (let i = 1; i <= 60; i++) await sendMessage(fixture.app.url, `line ${i}`);
    const masha = await openPage();
    const latest = masha.page.getByRole('button', { name: 'Latest ↓' });
    const goUp = () => masha.log.evaluate((log) => (log.scrollTop = -log.scrollHeight));
    await masha.messageField.pressSequentially('By ');
    await goUp();
    await latest.click();
    await masha.page.keyboard.type('mouse, ');
    await goUp();
    await latest.focus();
    await masha.page.keyboard.press('Enter');
    await latest.waitFor({ state: 'hidden' });
    await masha.page.keyboard.type('by key');
    expect(await masha.messageField.inputValue()).toBe('By mouse, by key');
  });

  it('keeps or does not get the focus after “Latest” on a phone, so that the keyboard stays as it was', async () => {
    for (let i = 1; i <= 60; i++) await sendMessage(fixture.app.url, `line ${i}`);
    const { page, messageField: box, log } = await openPage('/', { phone: true });
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
    const [owner, masha] = [await TestVisitor.createOwner(fixture.app), await openPage()];
    const lock = (locked: boolean) => owner.request('PUT', '/r/lobby/rules', { locked });
    await masha.messageField.pressSequentially('half a');
    await lock(true);
    await waitUntilEqual(() => masha.messageField.isDisabled(), true);
    await waitUntilEqual(() => masha.page.evaluate(() => document.activeElement === document.body), true);
    await lock(false);
    await waitUntilEqual(() => masha.messageField.isDisabled(), false);
    await masha.page.keyboard.type(' sentence');
    expect(await masha.messageField.inputValue()).toBe('half a sentence');
  });

  it('grows when the window becomes narrower, and counts the characters that are too many', async () => {
    const masha = await openPage();
    await masha.messageField.fill('and so on '.repeat(20));
    await masha.page.setViewportSize({ width: 390, height: 700 });
    await waitUntilEqual(() => masha.messageField.evaluate((box) => box.scrollHeight - box.clientHeight), 0);
    expect(await masha.messageField.getAttribute('aria-invalid')).toBe('false');
    await masha.messageField.fill('x'.repeat(4001));
    await masha.page.getByText('1 character too long').waitFor();
    expect(await masha.messageField.getAttribute('aria-invalid')).toBe('true');
  });

  it('inserts a line break with Enter on an on-screen keyboard; the button sends', async () => {
    const masha = await openPage('/', { phone: true });
    expect(await masha.messageField.getAttribute('enterkeyhint')).toBe('enter');
    await masha.messageField.tap();
    await masha.page.keyboard.insertText('one');
    await tapEnter(masha.page);
    await masha.page.keyboard.insertText('two');
    await waitUntilEqual(() => masha.messageField.inputValue(), 'one\ntwo');
    await masha.page.getByRole('button', { name: 'Send' }).tap();
    await masha.waitForMessages(['one\ntwo']);
    // On an attached keyboard, Enter sends.
    await masha.messageField.pressSequentially('three');
    await masha.messageField.press('Enter');
    await masha.waitForMessages(['one\ntwo', 'three']);
  });
});
