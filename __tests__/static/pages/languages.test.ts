import type { Page } from 'playwright-core';
import { newContext, signInAs } from '../../support/browser';
import { setUpBrowser } from '../../support/browser-fixture';
import { sendMessage } from '../../support/http';
import { TestVisitor } from '../../support/test-visitor';

const fixture = setUpBrowser();

/** What is no language: names of people, products, protocols, keys and of the languages themselves. */
const NAMES =
  /\b(?:Parley|English|Olga|Tom|Masha|lobby|WebSocket|Socket\.IO|SSE|IP|Enter|Shift\+Enter|JavaScript|Authorization: Bearer|Chrome|HeadlessChrome|Linux|node|token one|hello|UTC|http:\S+)\b/g;

/** Returns all that a page shows or says to screen readers, in pieces, except what consists of names. */
async function foreignTexts(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const found: string[] = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node instanceof Element) {
        for (const name of ['aria-label', 'placeholder', 'title', 'alt', 'data-hint'])
          found.push(node.getAttribute(name) ?? '');
        if (node instanceof HTMLTemplateElement) found.push(node.content.textContent ?? '');
      } else if (!node.parentElement?.closest('script, style, noscript, .tag'))
        found.push(node.textContent ?? '');
    }
    return found;
  });
  return texts
    .map((text) => text.trim())
    .filter((text) => /[a-z]{2}/i.test(text.replace(/Аноним [a-z0-9]{4}/g, '').replace(NAMES, '')));
}

async function russianPage(width = 1200): Promise<Page> {
  const context = await newContext(fixture.browser, { locale: 'ru-RU', viewport: { width, height: 800 } });
  return context.newPage();
}

describe('in Russian', () => {
  it('no word of the room, its menus and its panel is English', async () => {
    const { app } = fixture;
    const owner = await TestVisitor.createOwner(app, 'Olga');
    await sendMessage(app.url, 'hello');
    const page = await russianPage();
    await signInAs(page.context(), owner);
    await page.goto(app.url);
    await page.getByRole('status').getByText('На связи', { exact: true }).waitFor();
    await page.locator('#message').fill('hello');
    await page.keyboard.press('Enter');
    await page.getByText('Отправлено').waitFor();
    await page.locator('#status summary').click();
    await page.getByRole('textbox', { name: 'Телефон' }).fill('1');
    await page.getByRole('button', { name: 'Добавить', exact: true }).click();
    await page.getByText('Имя не указано.').waitFor();
    await page.locator('#name').fill('x'.repeat(50));
    await page.getByText(/Имя длиннее 40\sсимволов\./).waitFor();
    await page.locator('#name').fill('Olga');
    const message = page.locator('.message:not(.mine)');
    await message.hover();
    await message.getByRole('button', { name: /^Действия с\sсообщением$/ }).click();
    await page.getByRole('button', { name: 'Запретить писать' }).click();
    await page.getByText(/писать запрещено\.$/).waitFor();
    expect(await foreignTexts(page)).toEqual([]);
  });

  it('nothing on the pages of an account, of moderation and of invitations is English', async () => {
    const { app } = fixture;
    const owner = await TestVisitor.createOwner(app, 'Olga');
    const tom = await TestVisitor.invite(owner, 'moderator', 'Tom');
    await owner.request('PUT', `/people/${tom.id}/mute`, { minutes: 10 });
    await owner.request('PUT', `/people/${tom.id}/ban`, {});
    await owner.request('POST', '/invitations', { role: 'member', uses: 5 });
    await owner.request('POST', '/account/tokens', { label: 'token one' });
    const page = await russianPage();
    await page.goto(`${app.url}/account`);
    expect(await foreignTexts(page)).toEqual([]);
    await page.goto(`${app.url}/invite#${await app.createOwnerInvitation()}`);
    await page.getByText('Вы решаете, кто сюда входит').waitFor();
    expect(await foreignTexts(page)).toEqual([]);
    await page.goto(`${app.url}/nothing`);
    expect(await foreignTexts(page)).toEqual(['Здесь ничего нет: GET /nothing.']);
    await signInAs(page.context(), owner);
    for (const path of ['/account', '/moderation']) {
      await page.goto(app.url + path);
      expect(await foreignTexts(page)).toEqual([]);
    }
    await page.getByText(/Olga\s— писать запрещено на\s10\sминут: Tom/).waitFor();
    await page.getByText(/Доступ закрыт навсегда/).waitFor();
  });

  it.each([320, 1200])('no page is wider than a window of %d pixels', async (width) => {
    const { app } = fixture;
    const owner = await TestVisitor.createOwner(app, 'Olga');
    const tom = await TestVisitor.invite(owner, 'moderator', 'Tom');
    await owner.request('PUT', `/people/${tom.id}/mute`, { minutes: 10 });
    await owner.request('POST', '/invitations', { role: 'moderator', uses: 5 });
    const page = await russianPage(width);
    await signInAs(page.context(), owner);
    for (const path of ['/', '/account', '/moderation', '/invite', '/nothing']) {
      await page.goto(app.url + path);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
  });
});

it('the switch renders the page in the other language at once, and keeps the text that was not sent', async () => {
  const chat = await fixture.openPage();
  await chat.messageField.fill('hello');
  await chat.page.getByRole('button', { name: 'Русский' }).click();
  await chat.page.getByRole('status').getByText('На связи', { exact: true }).waitFor();
  expect(await chat.page.locator('#message').inputValue()).toBe('hello');
  expect(await chat.page.locator('#name').inputValue()).toBe('Аноним');
  expect(await chat.page.getByRole('button', { name: 'Сохранить' }).count()).toBe(0);
  // Another page of this browser is in that language before any script has run.
  const page = await chat.page.context().newPage();
  await page.route('**/*.js', (route) => route.abort());
  await page.goto(`${fixture.app.url}/account`);
  expect(await page.locator('html').getAttribute('lang')).toBe('ru');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Choose a name' }).waitFor();
});

it('the switch works without scripts', async () => {
  const context = await newContext(fixture.browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${fixture.app.url}/r/team?write`);
  await page.getByRole('button', { name: 'Русский' }).click();
  await page.getByRole('link', { name: /^Назад в\s#team$/ }).waitFor();
  expect(new URL(page.url()).search).toBe('?write');
});

it('the switch keeps an invitation, whose secret no server is sent', async () => {
  const { page } = await fixture.openPage(`/invite#${await fixture.app.createOwnerInvitation()}`, {
    status: false,
  });
  await page.getByText('Join this chat as its owner.').waitFor();
  await page.getByRole('button', { name: 'Русский' }).click();
  await page.getByText('Вы решаете, кто сюда входит').waitFor();
  await page.getByRole('button', { name: 'Присоединиться' }).click();
  await page.getByRole('status').getByText('На связи', { exact: true }).waitFor();
});

describe('from right to left', () => {
  const mirror = (page: Page) => page.evaluate(() => (document.documentElement.dir = 'rtl'));
  const box = async (page: Page, selector: string) => (await page.locator(selector).first().boundingBox())!;

  it('the room is mirrored, and each text keeps the direction of its own', async () => {
    const { app } = fixture;
    await sendMessage(app.url, 'hello');
    const { page, send } = await fixture
      .openPage()
      .then((chat) => ({ page: chat.page, send: chat.send.bind(chat) }));
    await send('שלום');
    await page.getByText('Sent', { exact: true }).waitFor();
    const before = {
      side: await box(page, '#side'),
      other: await box(page, '.message:not(.mine) .bubble'),
      mine: await box(page, '.mine .bubble'),
      send: await box(page, '.send'),
    };
    await mirror(page);
    const after = {
      side: await box(page, '#side'),
      other: await box(page, '.message:not(.mine) .bubble'),
      mine: await box(page, '.mine .bubble'),
      send: await box(page, '.send'),
    };
    for (const part of ['side', 'other', 'mine', 'send'] as const) {
      const { x, width } = before[part];
      expect(Math.abs(after[part].x - (1200 - x - width))).toBeLessThanOrEqual(16);
    }
    const directions = await page
      .locator('.bubble')
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).direction));
    expect(directions).toEqual(['ltr', 'rtl']);
    const corners = await page
      .locator('.bubble')
      .evaluateAll((all) =>
        all.map((one) => [
          getComputedStyle(one).borderTopLeftRadius,
          getComputedStyle(one).borderTopRightRadius,
        ]),
      );
    expect(corners).toEqual([
      ['18px', '6px'],
      ['6px', '18px'],
    ]);
  });

  it.each(['/', '/account', '/invite', '/nothing'])(
    'nothing of %s leaves the window of a phone',
    async (path) => {
      const context = await newContext(fixture.browser, { viewport: { width: 390, height: 700 } });
      const page = await context.newPage();
      await page.goto(fixture.app.url + path);
      await mirror(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBeLessThanOrEqual(390);
    },
  );
});
