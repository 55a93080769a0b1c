import type { Browser } from 'playwright-core';
import { type RunningApp, startApp } from './app';
import { ChatPage, openBrowser } from './browser';
import { type Proxy, startProxy } from './proxy';

/** The browser of all tests of a file: each test file has modules of its own. */
let browser: Browser | undefined;
afterAll(() => browser?.close());

/** A browser for the tests of a file, with a new server for each test. */
export interface BrowserFixture {
  readonly app: RunningApp;
  readonly browser: Browser;
  /** Starts a proxy in front of the server. */
  startProxy: () => Promise<Proxy>;
  /** Opens a page, of this server or of the one at `url`. */
  openPage: (path?: string, options?: Parameters<typeof ChatPage.open>[2], url?: string) => Promise<ChatPage>;
}

/**
 * Starts a server before each test of a file or group, and closes it and all pages after it. Fails a test in which a
 * page threw an error or violated its content security policy.
 * @param env the environment variables of the server.
 */
export function setUpBrowser(env: Record<string, string> = {}): BrowserFixture {
  let app: RunningApp;
  let pages: ChatPage[];
  let proxies: Proxy[];

  beforeAll(async () => (browser ??= await openBrowser()));

  beforeEach(async () => {
    app = await startApp(env);
    pages = [];
    proxies = [];
  });
  afterEach(async () => {
    const errors = pages.flatMap((page) => page.errors);
    await Promise.all(browser!.contexts().map((context) => context.close()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await app.close();
    expect(errors).toEqual([]);
  });

  return {
    get app() {
      return app;
    },
    get browser() {
      return browser!;
    },
    startProxy: async () => {
      const proxy = await startProxy(app.url);
      proxies.push(proxy);
      return proxy;
    },
    openPage: async (path = '/', options = {}, url = app.url) => {
      const page = await ChatPage.open(browser!, url + path, options);
      pages.push(page);
      return page;
    },
  };
}
