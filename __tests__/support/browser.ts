import sparticuz from '@sparticuz/chromium';
import { execFileSync } from 'node:child_process';
import { chromium, type Browser, type Page } from 'playwright-core';

/** The browser that the machine has, or else the one that comes as a package. */
export async function openBrowser(): Promise<Browser> {
  const own = process.env.CHROME_PATH || installed();
  return chromium.launch({
    executablePath: own || (await sparticuz.executablePath()),
    // Chromium's sandbox does not start for root, as which containers run.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
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

/** A page as somebody uses it. */
export class Visit {
  private constructor(
    readonly page: Page,
    /** What the page should never do: throw, or try what its policy forbids. */
    readonly faults: string[],
  ) {}

  /** Opens a page in a browser profile of its own, or in that of another visit. */
  static async open(
    browser: Browser,
    url: string,
    { beside, live = true }: { beside?: Visit; live?: boolean } = {},
  ) {
    const context =
      beside?.page.context() ?? (await browser.newContext({ viewport: { width: 1200, height: 700 } }));
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (line) => {
      if (/Content.Security.Policy/i.test(line.text())) faults.push(line.text());
    });
    await page.goto(url);
    const visit = new Visit(page, faults);
    if (live) await visit.live();
    return visit;
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
export async function until<T>(ask: () => Promise<T>, expected: T, patience = 15_000): Promise<void> {
  const end = Date.now() + patience;
  let answer = await ask();
  while (answer !== expected && Date.now() < end) {
    await new Promise((wake) => setTimeout(wake, 20));
    answer = await ask();
  }
  expect(answer).toEqual(expected);
}
