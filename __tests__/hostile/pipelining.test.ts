import { once } from 'node:events';
import type { MessagePage } from '../../server/wire';
import { type RunningApp, startApp } from '../support/app';
import { createPlace } from '../support/places';
import { readAll, readPage, sendMessage } from '../support/http';
import { memoryOf } from '../support/memory';
import { startProcess } from '../support/process';
import { dial, waitForClose } from '../support/raw';

/** The longest message: 4,000 code points of four bytes. */
const LONGEST = '\u{1F600}'.repeat(4_000);
const LARGEST_REQUEST = ['GET /messages?limit=500 HTTP/1.1', 'Host: localhost', ''];
const pipelined = (count: number): string[] => Array.from({ length: count }, () => LARGEST_REQUEST).flat();

async function fill(url: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => sendMessage(url, LONGEST)));
}

describe('pipelined requests', () => {
  let app: RunningApp;
  beforeEach(async () => (app = await startApp()));
  afterEach(() => app.close());

  it('are handled one at a time, each after the response to the previous one', async () => {
    const behind = JSON.stringify({ message: 'behind', room: 'behind' });
    const post = ['POST /messages HTTP/1.1', 'Host: localhost', 'Content-Type: application/json'];
    const socket = await dial(app.url);
    const closing = waitForClose(socket);
    socket.write(['GET /subscribe HTTP/1.1', 'Host: localhost', '', ''].join('\r\n'));
    socket.write([...post, 'Connection: close', `Content-Length: ${behind.length}`, '', behind].join('\r\n'));
    for (let i = 0; i < 20; i += 1) await readPage(app.url, { limit: '1' });
    expect(await readAll(app.url, 'behind')).toEqual([]);
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    await sendMessage(app.url, 'for the long poll');
    await closing;
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 201']);
    expect(await readAll(app.url, 'behind')).toMatchObject([{ message: 'behind' }]);
  });

  it('close their connection if more than 32 wait', async () => {
    const socket = await dial(app.url, 'GET /subscribe HTTP/1.1', 'Host: localhost', '', ...pipelined(33));
    await waitForClose(socket);
    await sendMessage(app.url, 'still there');
  });
});

describe('fourteen connections that pipeline 32 requests for the largest responses, and read nothing', () => {
  it('take less than 100 MB', async () => {
    const place = await createPlace();
    const server = await startProcess(place.settings);
    await fill(server.url, 40);
    const before = memoryOf(server.child);
    const sockets = await Promise.all(
      Array.from({ length: 14 }, async () => {
        const socket = await dial(server.url);
        socket.pause();
        socket.write([...pipelined(32), ''].join('\r\n'));
        return socket;
      }),
    );
    for (let i = 0; i < 50; i += 1) await readPage(server.url, { limit: '1' });
    expect(memoryOf(server.child) - before).toBeLessThan(100);
    sockets.forEach((socket) => socket.destroy());
    await server.end('SIGTERM');
    await place.remove();
  });
});

describe('a response', () => {
  let app: RunningApp;
  beforeEach(async () => {
    app = await startApp();
    await fill(app.url, 30);
    await sendMessage(app.url, 'the newest');
  });
  afterEach(() => app.close());

  const seqsOf = (page: MessagePage): number[] => page.messages.map(({ seq }) => seq);

  it('contains at most 128 KB of messages in UTF-8, and Retry-After: 0 if there are more', async () => {
    const seen: number[] = [];
    for (let after = 'earliest', more = true; more;) {
      const answer = await fetch(`${app.url}/messages?limit=500&after=${after}`);
      const text = await answer.text();
      expect(Buffer.byteLength(text)).toBeLessThan(150 * 1024);
      const page = JSON.parse(text) as MessagePage;
      seen.push(...seqsOf(page));
      after = page.cursor;
      more = answer.headers.get('retry-after') === '0';
    }
    expect(seen).toEqual(Array.from({ length: 31 }, (_, i) => i + 1));
    const longPoll = (await (
      await fetch(`${app.url}/subscribe?limit=500&after=earliest`)
    ).json()) as MessagePage;
    expect(seqsOf(longPoll)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('to a request for the newest messages contains as many as fit, and the earlier ones are on the previous page', async () => {
    const newest = await readPage(app.url, { limit: '500' });
    expect(seqsOf(newest)).toEqual([23, 24, 25, 26, 27, 28, 29, 30, 31]);
    const older = await readPage(app.url, { limit: '500', before: newest.messages[0]!.cursor });
    expect(seqsOf(older)).toEqual([15, 16, 17, 18, 19, 20, 21, 22]);
    const lines = await (
      await fetch(`${app.url}/r/lobby?last=30`, { headers: { Accept: 'text/plain' } })
    ).text();
    expect(lines).toMatch(/^(Anonymous: \S+\n){8}Anonymous: the newest\n$/u);
  });
});

describe('a shutdown', () => {
  it('causes no warning while connections send one request after another', async () => {
    const place = await createPlace();
    const server = await startProcess(place.settings, undefined, 'pipe');
    let errors = '';
    server.child.stderr!.on('data', (chunk) => (errors += String(chunk)));
    const request = ['GET /messages?limit=1 HTTP/1.1', 'Host: localhost', '', ''].join('\r\n');
    const firstAnswers = Array.from({ length: 10 }, async () => {
      const socket = await dial(server.url);
      // Each answer, also one in several chunks, is followed by another request.
      socket.on('data', () => socket.write(request)).on('error', () => undefined);
      socket.write(request);
      await once(socket, 'data');
    });
    await Promise.all(firstAnswers);
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(errors).toBe('');
    await place.remove();
  });

  it('causes no warning while pipelined requests wait', async () => {
    const place = await createPlace();
    const server = await startProcess(place.settings, undefined, 'pipe');
    let errors = '';
    server.child.stderr!.on('data', (chunk) => (errors += String(chunk)));
    const socket = await dial(server.url);
    const wait = ['GET /subscribe HTTP/1.1', 'Host: localhost', ''];
    socket.write([...Array.from({ length: 30 }, () => wait).flat(), ''].join('\r\n'));
    for (let i = 0; i < 20; i += 1) await readPage(server.url, { limit: '1' });
    const ending = server.end('SIGTERM');
    expect(await ending).toEqual({ code: 0, signal: null });
    expect(errors).toBe('');
    await place.remove();
  });
});
