import { postJson } from '../../support/http';
import { setUpBrowser } from '../../support/browser-fixture';

const fixture = setUpBrowser();

describe('the panel beside the conversation', () => {
  it('says who can see contacts while there are none', async () => {
    const masha = await fixture.openPage();
    const notice = masha.page.getByText('Everyone on this server can see the contacts you add.');
    await notice.waitFor();
    await masha.page.getByRole('textbox', { name: 'Contact name' }).fill('Katya');
    await masha.page.getByRole('textbox', { name: 'Phone' }).fill('+7 912 345-67-89');
    await masha.page.getByRole('button', { name: 'Add' }).click();
    await notice.waitFor({ state: 'hidden' });
  });

  it('counts the people in the room that it does not name', async () => {
    const masha = await fixture.openPage('/', { status: false });
    await masha.page.routeWebSocket('**/socket.io/**', (socket) => {
      const server = socket.connectToServer();
      server.onMessage((frame) => socket.send(String(frame).replace(/"count":\d+/, '"count":103')));
    });
    await masha.page.reload();
    await masha.page.getByText('and 102 more').waitFor();
  });

  it('does not overwrite a name that is being typed with an earlier answer', async () => {
    const masha = await fixture.openPage();
    let answer = (): void => undefined;
    const answered = new Promise<void>((go) => (answer = go));
    await masha.page.route('**/username', async (route) => {
      await answered;
      await route.continue();
    });
    await masha.nameField.fill('Masha');
    await masha.nameField.press('Enter');
    await masha.nameField.fill('Mascha');
    answer();
    await masha.page.locator('#people').getByText('Masha', { exact: true }).waitFor();
    await masha.nameField.press('Enter');
    await masha.page.locator('#people').getByText('Mascha').waitFor();
  });

  it('keeps the focus while others add contacts', async () => {
    const masha = await fixture.openPage();
    const add = (name: string) =>
      postJson(`${fixture.app.url}/contacts`, { name, phone: '+7 912 345-67-89' });
    await add('Olga');
    const phone = masha.page.locator('.phone');
    await phone.focus();
    await add('Anna');
    await masha.page.locator('#contacts').getByText('Anna').waitFor();
    expect(await phone.last().evaluate((one) => one === document.activeElement)).toBe(true);
  });

  it('accepts contact names of 40 code points, and shows an error for longer ones', async () => {
    const masha = await fixture.openPage();
    const name = masha.page.getByRole('textbox', { name: 'Contact name' });
    await name.fill('𐌰'.repeat(40));
    await masha.page.getByRole('textbox', { name: 'Phone' }).fill('+7 912 345-67-89');
    await masha.page.getByRole('button', { name: 'Add' }).click();
    await masha.page.locator('#contacts').getByText('𐌰'.repeat(40)).waitFor();
    await name.fill('a'.repeat(41));
    await masha.page.getByText('The name is longer than 40 characters.').waitFor();
    await name.fill('a'.repeat(40));
    await masha.page.getByText('The name is longer than 40 characters.').waitFor({ state: 'detached' });
  });
});
