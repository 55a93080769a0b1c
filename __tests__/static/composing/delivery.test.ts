import { waitUntilEqual, type ChatPage } from '../../support/browser';
import { TestVisitor } from '../../support/test-visitor';
import { setUpBrowser } from '../../support/browser-fixture';

const fixture = setUpBrowser();

const setRules = (owner: TestVisitor, rules: object) => owner.request('PUT', '/r/lobby/rules', rules);
const stateWords = (chat: ChatPage) =>
  chat.log.locator('.state').evaluateAll((all) => all.map((one) => one.textContent));
const countdown = (chat: ChatPage) => chat.page.locator('#hold .countdown').textContent();

/** Somebody in slow mode whose second message is held. */
async function held(): Promise<{ owner: TestVisitor; tom: ChatPage }> {
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

  it('is sent at once when slow mode ends, and the countdown ends too', async () => {
    const { owner, tom } = await held();
    await setRules(owner, { slow: 0 });
    await tom.waitForDeliveryStates('sent', 'sent');
    await waitUntilEqual(() => countdown(tom), '');
    await tom.page.getByText('You are sending too fast').waitFor({ state: 'detached' });
  });

  it('has no countdown in a locked room or during a ban', async () => {
    const { owner, tom } = await held();
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
