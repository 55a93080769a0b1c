import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { scratch, startApp, type Running } from '../support/app';
import { openBrowser, until } from '../support/browser';
import { say } from '../support/http';
import { Somebody } from '../support/people';
import { startProcess } from '../support/process';
import { Queue } from '../support/queue';

const ROOT = join(__dirname, '..', '..');
const PROTOCOL = readFileSync(join(ROOT, 'PROTOCOL.md'), 'utf8');

/** The code of the client that stands in PROTOCOL.md under a heading, as it is, but for the server's address. */
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
      const taken: string[] = [];
      while (taken.length < count) taken.push(await lines.next());
      return taken;
    },
    exit,
    end: async () => {
      child.kill();
      await exit;
    },
  };
}

describe('the clients in PROTOCOL.md', () => {
  let app: Running;
  afterEach(() => app.close());

  async function history(): Promise<Somebody> {
    const guest = await Somebody.guest(app.url);
    for (const message of ['one', 'two']) await guest.ask('POST', '/messages', { message, room: 'demo' });
    return guest;
  }

  async function deletes(guest: Somebody): Promise<string> {
    await say(app.url, 'three', { room: 'demo' });
    const { body } = await guest.ask('POST', '/messages', { message: 'four', room: 'demo' });
    await guest.ask('DELETE', `/r/demo/messages/${String(body.id)}`);
    return String(body.id);
  }

  it.each(['Socket.IO', 'Polling with fetch'])(
    'show messages and deletions as they come: %s',
    async (heading) => {
      app = await startApp();
      const guest = await history();
      const client = runClient(heading, app.url);
      const known = ['1 Anonymous: one', '2 Anonymous: two'];
      const first = await client.lines(heading === 'Socket.IO' ? 4 : 2);
      expect(first).toEqual(expect.arrayContaining(known));
      const id = await deletes(guest);
      // The one that polls may find the message deleted already.
      const lines = await client.lines(3);
      expect(lines[0]).toMatch(/^\d Anonymous: three$/);
      expect(lines[1]).toMatch(/^\d Anonymous: (four|\(deleted\))$/);
      expect(lines[2]).toBe(`Anonymous deleted the message ${id}.`);
      await client.end();
    },
  );

  it('over Socket.IO ends with the reason where it is refused', async () => {
    app = await startApp({ ACCESS: 'invite' });
    const client = runClient('Socket.IO', app.url);
    expect((await client.lines(1))[0]).toMatch(/invit.*\.$/i);
    expect(await client.exit).toBe(1);
  });
});

describe('the EventSource page in PROTOCOL.md', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  it('shows messages, deletions and, when the history is another, that one alone', async () => {
    const place = scratch();
    closing.push(place.remove);
    let url = '';
    const web = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html').end(codeOf('EventSource', 'html', url));
    });
    await once(web.listen(0, '127.0.0.1'), 'listening');
    closing.push(() => web.close());
    const origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    const start = async (database: string, port = 0) => {
      const env = { CORS_ORIGINS: origin, DATABASE: join(place.folder, database), PORT: String(port) };
      const server = await startProcess(env);
      closing.push(() => server.child.exitCode ?? server.end('SIGTERM'));
      return server;
    };

    const backup = await start('backup.db');
    await say(backup.url, 'from a backup', { room: 'demo' });
    await backup.end('SIGTERM');
    let server = await start('parley.db');
    ({ url } = server);
    const guest = await Somebody.guest(url);
    await guest.ask('POST', '/messages', { message: 'one', room: 'demo' });
    const { body } = await guest.ask('POST', '/messages', { message: 'two', room: 'demo' });

    const browser = await openBrowser();
    closing.push(() => browser.close());
    const page = await browser.newPage();
    await page.goto(origin);
    const shows = (...lines: string[]) =>
      until(
        async () => (await page.locator('#messages li').allTextContents()).join('\n'),
        lines.map((line) => `Anonymous: ${line}`).join('\n'),
      );
    await shows('one', 'two');
    await guest.ask('DELETE', `/r/demo/messages/${String(body.id)}`);
    await say(url, 'three', { room: 'demo' });
    await shows('one', 'three');

    await server.end('SIGTERM');
    server = await start('backup.db', server.port);
    await shows('from a backup');
    await say(url, 'four', { room: 'demo' });
    await shows('from a backup', 'four');
  });
});
