import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { type RunningApp, startApp } from '../support/app';
import { createTemporaryFolder } from '../support/temporary-folder';
import { newContext, openBrowser } from '../support/browser';
import { sendMessage } from '../support/http';
import { TestVisitor } from '../support/test-visitor';
import { startProcess } from '../support/process';
import { Queue } from '../support/queue';
import { waitUntilEqual } from '../support/wait';

const ROOT = join(__dirname, '..', '..');
const PROTOCOL = readFileSync(join(ROOT, 'PROTOCOL.md'), 'utf8');

/** Returns the code under a heading of PROTOCOL.md, with the URL of a server. */
function codeOf(heading: string, language: 'js' | 'html', url: string): string {
  const code = new RegExp(`### ${heading}\n[^]*?\`\`\`${language}\n([^]*?)\`\`\``).exec(PROTOCOL)![1]!;
  return code.replaceAll('http://localhost:3000', url);
}

function runClient(heading: string, url: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', codeOf(heading, 'js', url)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = new Queue<string>();
  for (const output of [child.stdout, child.stderr])
    createInterface(output).on('line', (line) => lines.push(line));
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  return {
    lines: async (count: number) => {
      const received: string[] = [];
      while (received.length < count) received.push(await lines.next());
      return received;
    },
    exit,
    end: async () => {
      child.kill();
      await exit;
    },
  };
}

describe('the clients in PROTOCOL.md', () => {
  let app: RunningApp;
  afterEach(() => app.close());

  async function writeHistory(): Promise<TestVisitor> {
    const guest = await TestVisitor.createGuest(app.url);
    for (const message of ['one', 'two']) await guest.request('POST', '/messages', { message, room: 'demo' });
    return guest;
  }

  /** Writes two messages and deletes the second. @returns its id. */
  async function writeAndDelete(guest: TestVisitor): Promise<string> {
    await sendMessage(app.url, 'three', { room: 'demo' });
    const { body } = await guest.request('POST', '/messages', { message: 'four', room: 'demo' });
    await guest.request('DELETE', `/r/demo/messages/${String(body.id)}`);
    return String(body.id);
  }

  it.each(['Socket.IO', 'Polling with fetch'])(
    'show messages and deletions as they arrive: %s',
    async (heading) => {
      app = await startApp();
      const guest = await writeHistory();
      const client = runClient(heading, app.url);
      const existing = ['1 Anonymous: one', '2 Anonymous: two'];
      const first = await client.lines(heading === 'Socket.IO' ? 4 : 2);
      expect(first).toEqual(expect.arrayContaining(existing));
      const id = await writeAndDelete(guest);
      // A polling client may read the message only after its deletion.
      const lines = await client.lines(3);
      expect(lines[0]).toMatch(/^\d Anonymous: three$/);
      expect(lines[1]).toMatch(/^\d Anonymous: (four|\(deleted\))$/);
      expect(lines[2]).toBe(`Anonymous deleted the message ${id}.`);
      await client.end();
    },
  );

  it('print the reason and exit with 1 when they are refused: Socket.IO', async () => {
    app = await startApp({ ACCESS: 'invite' });
    const client = runClient('Socket.IO', app.url);
    expect((await client.lines(1))[0]).toMatch(/invit.*\.$/i);
    expect(await client.exit).toBe(1);
  });
});

describe('the EventSource page in PROTOCOL.md', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
  });

  it('shows messages and deletions, and after a reset only the new history', async () => {
    const { path: folder, remove } = createTemporaryFolder();
    cleanups.push(remove);
    let url = '';
    const web = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html').end(codeOf('EventSource', 'html', url));
    });
    await once(web.listen(0, '127.0.0.1'), 'listening');
    cleanups.push(() => web.close());
    const origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    const start = async (database: string, port = 0) => {
      const env = { CORS_ORIGINS: origin, DATABASE: join(folder, database), PORT: String(port) };
      const server = await startProcess(env);
      cleanups.push(() => server.child.exitCode ?? server.end('SIGTERM'));
      return server;
    };

    const backup = await start('backup.db');
    await sendMessage(backup.url, 'from a backup', { room: 'demo' });
    await backup.end('SIGTERM');
    let server = await start('parley.db');
    ({ url } = server);
    const guest = await TestVisitor.createGuest(url);
    await guest.request('POST', '/messages', { message: 'one', room: 'demo' });
    const { body } = await guest.request('POST', '/messages', { message: 'two', room: 'demo' });

    const browser = await openBrowser();
    cleanups.push(() => browser.close());
    const page = await (await newContext(browser)).newPage();
    await page.goto(origin);
    const shows = (...lines: string[]) =>
      waitUntilEqual(
        async () => (await page.locator('#messages li').allTextContents()).join('\n'),
        lines.map((line) => `Anonymous: ${line}`).join('\n'),
      );
    await shows('one', 'two');
    await guest.request('DELETE', `/r/demo/messages/${String(body.id)}`);
    await sendMessage(url, 'three', { room: 'demo' });
    await shows('one', 'three');

    await server.end('SIGTERM');
    server = await start('backup.db', server.port);
    await shows('from a backup');
    await sendMessage(url, 'four', { room: 'demo' });
    await shows('from a backup', 'four');
  });
});
