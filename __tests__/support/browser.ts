import sparticuz from '@sparticuz/chromium';
import { execFileSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { chromium, type Browser, type BrowserContext, type Page, type WebSocketRoute } from 'playwright-core';
import type { Transport } from '../../static/connection/transports';

/** A name of this machine that browsers do not know as their own, as in a local network: over HTTP it is not secure. */
export const LAN_HOST = 'parley.test';

/** The browser that the machine has, or else the one that comes as a package. */
export async function openBrowser(): Promise<Browser> {
  const own = process.env.CHROME_PATH || installed();
  return chromium.launch({
    executablePath: own || (await sparticuz.executablePath()),
    // Chromium's sandbox does not start for root, as which containers run.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      `--host-resolver-rules=MAP ${LAN_HOST} 127.0.0.1`,
    ],
  });
}

function installed(): string | undefined {
  for (const name of ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

/** Where each way to the room goes, but for WebSockets, which go where polling does. */
const PATHS: Record<Exclude<Transport, 'websocket'>, string> = {
  polling: '/socket.io/',
  sse: '/sse',
  subscribe: '/subscribe',
  poll: '/messages',
};

/** A network around a browser profile, which may let some of the ways to the room not through. */
export class Network {
  private blocked = new Set<Transport | 'say'>();
  private readonly sockets = new Set<WebSocketRoute>();

  static async around(context: BrowserContext): Promise<Network> {
    const network = new Network();
    await context.routeWebSocket('**/socket.io/**', (socket) => {
      if (network.blocked.has('websocket')) return void socket.close();
      network.sockets.add(socket);
      socket.connectToServer();
    });
    await context.route(/\/(socket\.io|sse|subscribe|messages)\b/, async (route) => {
      const request = route.request();
      const path = new URL(request.url()).pathname;
      const way = Object.entries(PATHS).find(([, start]) => path.startsWith(start))?.[0] as Transport;
      const blocked = network.blocked.has(request.method() === 'POST' && way === 'poll' ? 'say' : way);
      // A page that is closed meanwhile takes its requests with it.
      await (blocked ? route.abort() : route.continue()).catch(() => undefined);
    });
    return network;
  }

  /** Lets these through no longer: `say` is `POST /messages`. What is open stays open, but for WebSockets. */
  async block(...ways: (Transport | 'say')[]): Promise<void> {
    ways.forEach((way) => this.blocked.add(way));
    if (this.blocked.has('websocket')) await Promise.all([...this.sockets].map((socket) => socket.close()));
  }

  unblock(...ways: (Transport | 'say')[]): void {
    ways.forEach((way) => this.blocked.delete(way));
  }
}

interface Opening {
  /** Whose browser profile to open the page in. */
  beside?: Visit;
  /** Whether to open it on a phone. */
  phone?: boolean;
  /** Whether to wait until the page is connected. */
  live?: boolean | string;
  /** What the network doesn't let through, from the beginning. */
  blocked?: (Transport | 'say')[];
  /** Runs in the page before its own script. */
  before?: () => void;
}

/** A page as somebody uses it. */
export class Visit {
  private constructor(
    readonly page: Page,
    /** What the page should never do: throw, or try what its policy forbids. */
    readonly faults: string[],
    private readonly around: Network | undefined,
  ) {}

  /** Opens a page in a browser profile of its own, or in that of another visit. */
  static async open(
    browser: Browser,
    url: string,
    { beside, phone, live = true, blocked, before }: Opening = {},
  ): Promise<Visit> {
    const screen = phone
      ? { viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true }
      : { viewport: { width: 1200, height: 700 } };
    const context = beside?.page.context() ?? (await browser.newContext(screen));
    const network = beside?.around ?? (blocked && (await Network.around(context)));
    await network?.block(...(blocked ?? []));
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    if (before) await page.addInitScript(before);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (line) => {
      if (/Content.Security.Policy/i.test(line.text())) faults.push(line.text());
    });
    await page.goto(url);
    const visit = new Visit(page, faults, network);
    if (live) await visit.live(live === true ? undefined : live);
    return visit;
  }

  /** The network around a page that was opened with something `blocked`. */
  get network(): Network {
    if (!this.around) throw new Error('This visit was opened without a network around it.');
    return this.around;
  }

  get name() {
    return this.page.getByRole('textbox', { name: 'Name', exact: true });
  }

  get box() {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  get log() {
    return this.page.getByRole('log');
  }

  /** The line in the connection menu: how far the room has been read, and over which transport. */
  get connectionLine() {
    return this.page.locator('.connection-line');
  }

  /** The messages with exactly this text. */
  said(text: string) {
    return this.log
      .getByRole('listitem')
      .filter({ has: this.page.locator('.bubble').getByText(text, { exact: true }) });
  }

  /** Waits until the page is connected, over `way`. */
  async live(way = 'Live'): Promise<void> {
    await this.page.getByRole('status').getByText(way, { exact: true }).waitFor();
  }

  /** Tells the page that the network has changed, so that it looks for a better way now. */
  async lookUp(): Promise<void> {
    await this.page.evaluate(() => dispatchEvent(new Event('online')));
  }

  /** Goes over to another way by hand. */
  async choose(way: string): Promise<void> {
    await this.page.locator('#status summary').click();
    await this.page.getByLabel('Connect over').selectOption(way);
    await this.page.keyboard.press('Escape');
  }

  async say(text: string): Promise<void> {
    await this.box.fill(text);
    await this.box.press('Enter');
  }

  /** Waits until the texts of all messages are these. */
  async shows(texts: string[]): Promise<void> {
    const shown = async () => (await this.log.locator('.bubble').allTextContents()).join('\n');
    await until(shown, texts.join('\n'));
  }

  /** Waits until the states of one's own messages are these. */
  async states(...states: string[]): Promise<void> {
    const shown = () =>
      this.log.locator('.mine').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.state));
    await until(async () => (await shown()).join(), states.join());
  }
}

/** Asks until the answer is as expected; fails with the last answer. */
export async function until<T>(ask: () => Promise<T>, expected: T, patience = 60_000): Promise<void> {
  const end = Date.now() + patience;
  let answer = await ask();
  while (!isDeepStrictEqual(answer, expected) && Date.now() < end) {
    await new Promise((wake) => setTimeout(wake, 20));
    answer = await ask();
  }
  expect(answer).toEqual(expected);
}
