import express from 'express';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Contact } from '../../server/wire';
import { type RunningApp, startApp } from '../support/app';
import { newContext, openBrowser } from '../support/browser';
import { postJson, sendMessage } from '../support/http';
import { startProxy } from '../support/proxy';
import { waitUntilEqual } from '../support/wait';

/** The web server of another origin. */
let otherServer: Server;
let origin: string;
let browser: Browser;
let app: RunningApp;

const PAGES = __dirname;

beforeAll(async () => {
  otherServer = createServer(express().use(express.static(PAGES)));
  otherServer.listen(0, '127.0.0.1');
  await once(otherServer, 'listening');
  origin = `http://127.0.0.1:${(otherServer.address() as AddressInfo).port}`;
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  otherServer.close();
  otherServer.closeAllConnections();
});
beforeEach(async () => (app = await startApp({ CORS_ORIGINS: origin })));
afterEach(() => app.close());

const linesOf = (page: Page) => page.locator('#messages li').allTextContents();
const waitForLines = (page: Page, ...texts: string[]) =>
  waitUntilEqual(async () => (await linesOf(page)).join('|'), texts.join('|'));

describe('the page of the Socket.IO tutorials', () => {
  /** Opens the tutorial's page as if the server served it. */
  async function open(): Promise<Page> {
    const page = await (await newContext(browser)).newPage();
    const html = readFileSync(join(PAGES, 'tutorial.html'), 'utf8');
    await page.route(`${app.url}/tutorial`, (route) =>
      route.fulfill({ contentType: 'text/html', body: html }),
    );
    await page.goto(`${app.url}/tutorial`);
    await page.locator('[data-connected]').waitFor({ state: 'attached' });
    return page;
  }
  const send = async (page: Page, text: string) => {
    await page.locator('#message').fill(text);
    await page.locator('#message').press('Enter');
  };

  it('works unchanged: messages, typing, names, and only messages sent after the page connected', async () => {
    await sendMessage(app.url, 'before the page connected');
    const [anna, boris] = [await open(), await open()];
    await send(anna, 'hello');
    await waitForLines(boris, 'Anonymous: hello');
    await waitForLines(anna, 'Anonymous: hello');

    await anna.locator('#username').fill('Anna');
    await anna.locator('#username').press('Enter');
    await anna.locator('#message').pressSequentially('It is me', { delay: 100 });
    await boris.getByText('Anna is typing a message...').waitFor();
    expect(await anna.locator('#typing').textContent()).toBe('');
    await anna.locator('#message').press('Enter');
    await waitForLines(boris, 'Anonymous: hello', 'Anna: It is me');

    const late = await open();
    await send(boris, 'welcome');
    await waitForLines(late, 'Anonymous: welcome');
    await waitForLines(anna, 'Anonymous: hello', 'Anna: It is me', 'Anonymous: welcome');
  });
});

describe('a bare EventSource on an allowed origin', () => {
  it('reconnects with the browser’s Last-Event-ID, and misses nothing', async () => {
    const proxy = await startProxy(app.url);
    const page = await (await newContext(browser)).newPage();
    await page.goto(`${origin}/eventsource.html?server=${proxy.url}`);
    await page.locator('[data-open]').waitFor({ state: 'attached' });
    await sendMessage(app.url, 'one');
    await waitForLines(page, 'one');
    proxy.disable();
    await page.locator('body:not([data-open])').waitFor({ state: 'attached' });
    await sendMessage(app.url, 'two');
    await sendMessage(app.url, 'three');
    proxy.enable();
    await waitForLines(page, 'one', 'two', 'three');
    await sendMessage(app.url, 'four');
    await waitForLines(page, 'one', 'two', 'three', 'four');
    await page.close();
    await proxy.close();
  });

  it('reconnects before its first message, and misses nothing', async () => {
    const proxy = await startProxy(app.url);
    const page = await (await newContext(browser)).newPage();
    await page.goto(`${origin}/eventsource.html?server=${proxy.url}`);
    await page.locator('[data-open]').waitFor({ state: 'attached' });
    proxy.disable();
    await page.locator('body:not([data-open])').waitFor({ state: 'attached' });
    await sendMessage(app.url, 'one');
    proxy.enable();
    await waitForLines(page, 'one');
    await page.close();
    await proxy.close();
  });
});

describe('a client of the contacts API on another origin', () => {
  interface Client {
    contacts: {
      load: () => Promise<Contact[]>;
      add: (contact: object) => Promise<Contact>;
      remove: (id: string) => Promise<void>;
    };
  }

  it('loads, adds and removes contacts from an allowed origin', async () => {
    const page = await (await newContext(browser)).newPage();
    await page.goto(`${origin}/contacts.html?server=${app.url}`);
    const added = await page.evaluate(() =>
      (window as unknown as Client).contacts.add({ name: 'Masha', phone: '8 912 345-67-89' }),
    );
    expect(added).toMatchObject({ name: 'Masha', phone: '+79123456789' });
    const load = () => page.evaluate(() => (window as unknown as Client).contacts.load());
    expect(await load()).toEqual([added]);
    const bad = page.evaluate(() =>
      (window as unknown as Client).contacts.add({ name: 'Masha', phone: '1' }),
    );
    await expect(bad).rejects.toThrow('"1" is not a phone number.');
    await page.evaluate((id) => (window as unknown as Client).contacts.remove(id), added.id);
    expect(await load()).toEqual([]);
    await page.close();
  });

  it('is blocked on an origin that is not allowed', async () => {
    const page = await (await newContext(browser)).newPage();
    await page.goto(`${origin.replace('127.0.0.1', 'localhost')}/contacts.html?server=${app.url}`);
    await expect(page.evaluate(() => (window as unknown as Client).contacts.load())).rejects.toThrow(/fetch/);
    const adding = page.evaluate(() =>
      (window as unknown as Client).contacts.add({ name: 'Masha', phone: '+79123456789' }),
    );
    await expect(adding).rejects.toThrow(/fetch/);
    expect(await (await fetch(`${app.url}/contacts`)).json()).toEqual([]);
    await page.close();
  });

  it('gets the allowed methods from a preflight request', async () => {
    const preflight = await fetch(`${app.url}/contacts/1`, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'DELETE' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE');
    const foreign = await postJson(
      `${app.url}/contacts`,
      { name: 'x', phone: '1' },
      { Origin: 'http://evil.example' },
    );
    expect(foreign.status).toBe(403);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });
});
