import { TestVisitor } from '../../support/test-visitor';
import { setUpBrowser } from '../../support/browser-fixture';
import { waitUntilEqual } from '../../support/wait';

const fixture = setUpBrowser();

describe('the address of a room', () => {
  it('may be written in any case', async () => {
    const answer = await fetch(`${fixture.app.url}/r/WeekEnd?last=1`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([308, '/r/weekend?last=1']);
    const posted = await fetch(`${fixture.app.url}/r/Weekend`, {
      method: 'POST',
      body: new URLSearchParams({ message: 'hello' }),
      headers: { Accept: 'text/plain' },
    });
    expect(await posted.text()).toBe('Anonymous: hello\n');
    const masha = await fixture.openPage('/r/Weekend');
    expect(new URL(masha.page.url()).pathname).toBe('/r/weekend');
    await masha.waitForMessages(['hello']);
  });

  it.each(['/r/Bad_Room', '/r/%C3%84', '/nothing'])(
    'is answered with an error page if it is invalid: %s',
    async (path) => {
      const { page } = await fixture.openPage(path, { status: false });
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('link', { name: 'Go to the chat' }).click();
      await page.waitForURL(`${fixture.app.url}/`);
    },
  );
});

describe('somebody who is banned', () => {
  it('finds no link that leads back to the error', async () => {
    const owner = await TestVisitor.createOwner(fixture.app);
    const masha = await fixture.openPage();
    const visitor = await masha.page.locator('main').getAttribute('data-visitor');
    const { status } = await owner.request('PUT', `/people/${visitor}/ban`, {});
    expect(status).toBe(204);
    await masha.waitForStatus('You are banned from this chat.');
    const links = () => masha.page.getByRole('link').evaluateAll((all) => all.map((a) => a.textContent));
    for (const path of ['/', '/r/garden', '/moderation']) {
      await masha.page.goto(fixture.app.url + path);
      await masha.page.getByRole('heading', { name: 'You are banned from this chat.' }).waitFor();
      expect(await links()).toEqual(['Your account']);
    }
    await masha.page.getByRole('link', { name: 'Your account' }).click();
    await masha.page.getByText('You are banned from this chat.').waitFor();
    await waitUntilEqual(links, [] as (string | null)[]);
  });
});
