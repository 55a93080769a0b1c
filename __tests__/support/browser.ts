import sparticuz from '@sparticuz/chromium';
import { execFileSync } from 'node:child_process';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  type WebSocketRoute,
} from 'playwright-core';
import type { Transport } from '../../static/connection/transports';
import type { TestVisitor } from './test-visitor';
import { WAIT_TIMEOUT, waitUntilEqual } from './wait';

/** A host name of this machine that is not a secure context over HTTP, unlike localhost: as in a local network. */
export const LAN_HOST = 'parley.test';

/** Launches the Chrome of this machine, or else the Chromium of the npm package. */
export async function openBrowser(): Promise<Browser> {
  const installedPath = process.env.CHROME_PATH || findInstalled();
  return chromium.launch({
    executablePath: installedPath || (await sparticuz.executablePath()),
    // Containers run as root, for which Chromium's sandbox does not start.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      `--host-resolver-rules=MAP ${LAN_HOST} 127.0.0.1`,
    ],
  });
}

/** Opens a browser profile, in which nothing fails because the machine is slow or busy. */
export async function newContext(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(WAIT_TIMEOUT);
  return context;
}

/** Gives a browser profile the cookie of a visitor. */
export async function signInAs(context: BrowserContext, { cookie, url }: TestVisitor): Promise<void> {
  const [name, ...value] = cookie.split('=');
  await context.addCookies([{ name: name!, value: value.join('='), url }]);
}

function findInstalled(): string | undefined {
  for (const name of ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // Not installed: try the next name.
    }
  }
  return undefined;
}

/** The path of each transport. WebSockets have the same path as Socket.IO's polling. */
const PATHS: Record<Exclude<Transport, 'websocket'>, string> = {
  polling: '/socket.io/',
  sse: '/sse',
  subscribe: '/subscribe',
  poll: '/messages',
};

/** What a network can block: a transport, or sending over HTTP (`POST /messages`). */
type Blockable = Transport | 'send';

/** The network of a browser profile, which can block transports. */
export class Network {
  private blocked = new Set<Blockable>();
  private readonly sockets = new Set<WebSocketRoute>();

  /** Intercepts the requests of a browser profile. */
  static async intercept(context: BrowserContext): Promise<Network> {
    const network = new Network();
    await context.routeWebSocket('**/socket.io/**', (socket) => {
      if (network.blocked.has('websocket')) return void socket.close();
      network.sockets.add(socket);
      socket.connectToServer();
    });
    await context.route(/\/(socket\.io|sse|subscribe|messages)\b/, async (route) => {
      const request = route.request();
      const path = new URL(request.url()).pathname;
      const transport = Object.entries(PATHS).find(([, start]) => path.startsWith(start))?.[0] as Transport;
      const blocked = network.blocked.has(
        request.method() === 'POST' && transport === 'poll' ? 'send' : transport,
      );
      // Fails if the page was closed meanwhile.
      await (blocked ? route.abort() : route.continue()).catch(() => undefined);
    });
    return network;
  }

  /** Blocks new requests, and closes open WebSockets. Other open responses continue. */
  async block(...blockables: Blockable[]): Promise<void> {
    blockables.forEach((one) => this.blocked.add(one));
    if (this.blocked.has('websocket')) await Promise.all([...this.sockets].map((socket) => socket.close()));
  }

  unblock(...blockables: Blockable[]): void {
    blockables.forEach((one) => this.blocked.delete(one));
  }
}

interface OpenOptions {
  /** A page whose browser profile to share. */
  sameProfileAs?: ChatPage;
  /** Whether to emulate a phone. */
  phone?: boolean;
  /** The connection status to wait for, or false to wait for none. */
  status?: string | false;
  /** What the network blocks from the beginning. */
  blocked?: Blockable[];
  /** Runs in the page before its own script. */
  initScript?: () => void;
}

/** A page of the chat in a browser, with the actions of its user. */
export class ChatPage {
  private constructor(
    readonly page: Page,
    /** Uncaught errors and violations of the content security policy. */
    readonly errors: string[],
    private readonly maybeNetwork: Network | undefined,
  ) {}

  /** Opens a page in a browser profile of its own, or in that of another page. */
  static async open(
    browser: Browser,
    url: string,
    { sameProfileAs, phone, status = 'Live', blocked, initScript }: OpenOptions = {},
  ): Promise<ChatPage> {
    const screen = phone
      ? { viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true }
      : { viewport: { width: 1200, height: 700 } };
    const context = sameProfileAs?.page.context() ?? (await newContext(browser, screen));
    const network = sameProfileAs?.maybeNetwork ?? (blocked && (await Network.intercept(context)));
    await network?.block(...(blocked ?? []));
    const page = await context.newPage();
    if (initScript) await page.addInitScript(initScript);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (line) => {
      if (/Content.Security.Policy/i.test(line.text())) errors.push(line.text());
    });
    await page.goto(url);
    const chat = new ChatPage(page, errors, network);
    if (status) await chat.waitForStatus(status);
    return chat;
  }

  /** The network around a page that was opened with something `blocked`. */
  get network(): Network {
    if (!this.maybeNetwork) throw new Error('The page was opened without `blocked`.');
    return this.maybeNetwork;
  }

  get nameField() {
    return this.page.getByRole('textbox', { name: 'Name', exact: true });
  }

  get messageField() {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  get log() {
    return this.page.getByRole('log');
  }

  /** The line of the connection menu that names the last seq read and the transport. */
  get connectionLine() {
    return this.page.locator('.connection-line');
  }

  /** The messages with exactly this text. */
  messagesWithText(text: string) {
    return this.log
      .getByRole('listitem')
      .filter({ has: this.page.locator('.bubble').getByText(text, { exact: true }) });
  }

  /** Waits until the page shows a connection status. */
  async waitForStatus(status = 'Live'): Promise<void> {
    await this.page.getByRole('status').getByText(status, { exact: true }).waitFor();
  }

  /** Fires the event `online`, upon which the page tries better transports at once. */
  async dispatchOnline(): Promise<void> {
    await this.page.evaluate(() => dispatchEvent(new Event('online')));
  }

  /** Chooses a transport in the connection menu. */
  async chooseTransport(label: string): Promise<void> {
    await this.page.locator('#status summary').click();
    await this.page.getByLabel('Connect over').selectOption(label);
    await this.page.keyboard.press('Escape');
  }

  async send(text: string): Promise<void> {
    await this.messageField.fill(text);
    await this.messageField.press('Enter');
  }

  /** Waits until exactly these messages are shown. */
  async waitForMessages(texts: string[]): Promise<void> {
    const shown = async () => (await this.log.locator('.bubble').allTextContents()).join('\n');
    await waitUntilEqual(shown, texts.join('\n'));
  }

  /** Waits until the user's own messages are in these delivery states. */
  async waitForDeliveryStates(...states: string[]): Promise<void> {
    const shown = () =>
      this.log.locator('.mine').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.state));
    await waitUntilEqual(async () => (await shown()).join(), states.join());
  }

  /** Waits until the browser has stored this many drafts. */
  async waitForStoredDrafts(count: number): Promise<void> {
    const read = () =>
      this.page.evaluate(
        () =>
          new Promise<number | undefined>((resolve) => {
            const request = indexedDB.open('parley');
            // The page has not created it yet.
            request.onupgradeneeded = () => request.transaction!.abort();
            request.onerror = () => resolve(undefined);
            request.onsuccess = () => {
              const counted = request.result.transaction('drafts').objectStore('drafts').count();
              counted.onsuccess = () => {
                request.result.close();
                resolve(counted.result);
              };
            };
          }),
      );
    await waitUntilEqual(read, count);
  }
}
