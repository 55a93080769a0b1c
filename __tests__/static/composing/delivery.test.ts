import type { ChatPage } from '../../support/browser';
import { readAll } from '../../support/http';
import { TestVisitor } from '../../support/test-visitor';
import { setUpBrowser } from '../../support/browser-fixture';
import { waitUntilEqual } from '../../support/wait';

const fixture = setUpBrowser();

const setRules = (owner: TestVisitor, rules: object) => owner.request('PUT', '/r/lobby/rules', rules);
const stateWords = (chat: ChatPage) =>
  chat.log.locator('.state').evaluateAll((all) => all.map((one) => one.textContent));
const countdown = (chat: ChatPage) => chat.page.locator('#hold .countdown').textContent();

/** Opens a page in slow mode, whose second message is held. */
async function openWithHeldDraft(): Promise<{ owner: TestVisitor; tom: ChatPage }> {
  const owner = await TestVisitor.createOwner(fixture.app);
  await setRules(owner, { slow: 3600 });
  const tom = await fixture.openPage();
  await tom.send('first');
  await tom.send('second');
  await tom.page.getByText('You are sending too fast. The next message will be sent').waitFor();
  expect(await countdown(tom)).toMatch(/^in \d+ s$/);
  return { owner, tom };
}

describe('a draft', () => {
  it('waits for the connection, and does not show “Sending” meanwhile', async () => {
    const masha = await fixture.openPage();
    await masha.page.context().setOffline(true);
    await masha.page.getByRole('status').getByText('Offline').waitFor();
    await masha.send('hello');
    await waitUntilEqual(() => stateWords(masha).then(String), 'Waiting for the connection');
    await masha.page.context().setOffline(false);
    await masha.waitForDeliveryStates('sent');
    await waitUntilEqual(() => stateWords(masha).then(String), 'Sent');
  });

  it('waits while its writer is signed out, and is sent after the next sign-in, but not as somebody else', async () => {
    const account = await TestVisitor.createGuest(fixture.app.url);
    await account.createAccount('Masha');
    const options = { blocked: ['send' as const], status: 'Live · over SSE' };
    const masha = await fixture.openPage('/?transport=sse', options);
    const signIn = async (password: string) => {
      const status = await masha.page.evaluate(async (password) => {
        const headers = { 'Content-Type': 'application/json' };
        const body = JSON.stringify({ username: 'Masha', password });
        return (await fetch('/sessions', { method: 'POST', headers, body })).status;
      }, password);
      expect(status).toBe(201);
    };
    await signIn('Masha password');
    await masha.page.reload();
    await masha.waitForStatus('Live · over SSE');
    await masha.send('hello');
    const change = { password: 'another one', current: 'Masha password', endOtherSessions: true };
    expect((await account.request('PUT', '/account/password', change)).status).toBe(204);
    await masha.waitForStatus('You were signed out. Sign in again.');
    const refusal = masha.page.waitForResponse((response) => response.request().method() === 'POST');
    masha.network.unblock('send');
    expect((await refusal).status()).toBe(401);
    await masha.waitForDeliveryStates('sending');

    // This is the page of a new guest.
    await masha.page.reload();
    await masha.log.getByText('Written by another visitor. Retry sends it as Anonymous.').waitFor();
    await masha.waitForDeliveryStates('failed');
    expect(await readAll(fixture.app.url)).toEqual([]);

    await signIn('another one');
    await masha.page.reload();
    await masha.waitForDeliveryStates('sent');
    expect(await readAll(fixture.app.url)).toMatchObject([{ username: 'Masha' }]);
  });

  it('is sent at once when slow mode ends, and the countdown ends too', async () => {
    const { owner, tom } = await openWithHeldDraft();
    await setRules(owner, { slow: 0 });
    await tom.waitForDeliveryStates('sent', 'sent');
    await waitUntilEqual(() => countdown(tom), '');
    await tom.page.getByText('You are sending too fast').waitFor({ state: 'detached' });
  });

  it('has no countdown in a locked room or during a ban', async () => {
    const { owner, tom } = await openWithHeldDraft();
    await setRules(owner, { locked: true });
    await tom.page.getByText('This room is locked: only moderators can write.').waitFor();
    expect(await countdown(tom)).toBe('');
    expect(await tom.messageField.isDisabled()).toBe(true);
    await setRules(owner, { locked: false });
    await waitUntilEqual(() => countdown(tom).then((words) => /^in \d+ s$/.test(words ?? '')), true);

    const visitor = await tom.page.locator('main').getAttribute('data-visitor');
    await owner.request('PUT', `/people/${visitor}/ban`, {});
    await tom.waitForStatus('You are banned from this chat.');
    expect(await countdown(tom)).toBe('');
    expect(await tom.messageField.isDisabled()).toBe(true);
    expect(await tom.page.getByText('Slow mode').count()).toBe(0);
  });
});
