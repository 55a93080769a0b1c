import type { Browser } from 'playwright-core';
import { startApp, type Running } from './app';
import { openBrowser, Visit } from './browser';
import { startProxy, type Proxy } from './proxy';

/** A browser for the tests of a file, with a new server for each test. */
export interface Stage {
  readonly app: Running;
  readonly browser: Browser;
  /** Starts a proxy in front of the server. */
  proxy: () => Promise<Proxy>;
  /** Opens a page, of this server or of the one at `url`. */
  visit: (path?: string, options?: Parameters<typeof Visit.open>[2], url?: string) => Promise<Visit>;
}

/**
 * Starts a server before each test of a file or group, and closes it and all pages after it. Fails the test if a page has
 * thrown an error or violated its content security policy.
 * @param env the environment variables of the server.
 */
export function setStage(env: Record<string, string> = {}): Stage {
  let browser: Browser;
  let app: Running;
  let visits: Visit[];
  let proxies: Proxy[];

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    app = await startApp(env);
    visits = [];
    proxies = [];
  });
  afterEach(async () => {
    const faults = visits.flatMap((visit) => visit.faults);
    await Promise.all(browser.contexts().map((context) => context.close()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await app.close();
    expect(faults).toEqual([]);
  });

  return {
    get app() {
      return app;
    },
    get browser() {
      return browser;
    },
    proxy: async () => {
      const proxy = await startProxy(app.url);
      proxies.push(proxy);
      return proxy;
    },
    visit: async (path = '/', options = {}, url = app.url) => {
      const opened = await Visit.open(browser, url + path, options);
      visits.push(opened);
      return opened;
    },
  };
}
