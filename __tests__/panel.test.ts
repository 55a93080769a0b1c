import { setStage } from './support/stage';

const stage = setStage();

describe('the panel beside the conversation', () => {
  it('says who sees the contacts while there are none', async () => {
    const masha = await stage.visit();
    const notice = masha.page.getByText('Everyone on this server sees the contacts that you add.');
    await notice.waitFor();
    await masha.page.getByRole('textbox', { name: 'Contact name' }).fill('Katya');
    await masha.page.getByRole('textbox', { name: 'Phone' }).fill('+7 912 345-67-89');
    await masha.page.getByRole('button', { name: 'Add' }).click();
    await notice.waitFor({ state: 'hidden' });
  });

  it('says how many more people are here than it names', async () => {
    const masha = await stage.visit('/', { live: false });
    await masha.page.routeWebSocket('**/socket.io/**', (socket) => {
      const server = socket.connectToServer();
      server.onMessage((frame) => socket.send(String(frame).replace(/"count":\d+/, '"count":103')));
    });
    await masha.page.reload();
    await masha.page.getByText('and 102 more').waitFor();
  });

  it('takes contact names of 40 characters, as a person counts them, and complains about longer ones', async () => {
    const masha = await stage.visit();
    const name = masha.page.getByRole('textbox', { name: 'Contact name' });
    await name.fill('𐌰'.repeat(40));
    await masha.page.getByRole('textbox', { name: 'Phone' }).fill('+7 912 345-67-89');
    await masha.page.getByRole('button', { name: 'Add' }).click();
    await masha.page.locator('#contacts').getByText('𐌰'.repeat(40)).waitFor();
    await name.fill('a'.repeat(41));
    await masha.page.getByText('The name is over 40 characters.').waitFor();
    await name.fill('a'.repeat(40));
    await masha.page.getByText('The name is over 40 characters.').waitFor({ state: 'detached' });
  });
});
