import type { Entry, MessagePage } from '../../../server/wire';
import { type RunningApp, startApp } from '../../support/app';
import { textOf } from '../../support/entry';
import { TestVisitor } from '../../support/test-visitor';
import { READERS } from '../../support/readers';

/** A room where 50 of 60 messages were deleted: m1 to m10 are left, and then m61. */
let app: RunningApp;
let masha: TestVisitor;

beforeAll(async () => {
  app = await startApp();
  masha = await TestVisitor.createGuest(app.url);
  const ids: string[] = [];
  for (let i = 1; i <= 60; i += 1) ids.push(await send(`m${i}`));
  await Promise.all(ids.slice(10).map((id) => masha.request('DELETE', `/r/lobby/messages/${id}`)));
  await send('m61');
});
afterAll(() => app.close());

async function send(message: string): Promise<string> {
  return String((await masha.request('POST', '/messages', { message })).body.id);
}

const read = async (query: string): Promise<MessagePage> =>
  (await masha.request('GET', `/messages?${query}`)).body as unknown as MessagePage;
const text = async (path: string, accept: string): Promise<string> =>
  (await masha.request('GET', path, undefined, { Accept: accept })).text;

const LEFT = [...Array.from({ length: 10 }, (_, i) => `m${i + 1}`), 'm61'];

describe('where most of a room was deleted, history', () => {
  it('has as many messages as requested, and continues from its cursor without a hole', async () => {
    const page = await read('last=5');
    expect(page.messages.map(textOf)).toEqual(LEFT.slice(-5));
    expect((await read(`after=${page.cursor}`)).messages).toEqual([]);
    expect((await read('')).messages.map(textOf)).toEqual(LEFT);
    const part = await read('last=5&limit=2');
    expect(part.messages.map(textOf)).toEqual(['m7', 'm8']);
    const rest = await read(`after=${part.cursor}&limit=500`);
    expect(rest.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 103 }, (_, i) => i + 9));
    expect(await read('last=0')).toEqual({ ...page, messages: [] });
  });

  it('is paged back by messages to its beginning, and forward from any of its pages', async () => {
    const pages: string[][] = [];
    const [epoch, head] = (await read('last=0')).cursor.split(':');
    let before = `${epoch}:${Number(head) + 1}`;
    for (;;) {
      const page = await read(`before=${before}&limit=4`);
      const next = await read(`after=${page.cursor}&limit=1`);
      expect(next.messages.map(({ cursor }) => cursor)).toEqual(pages.length === 0 ? [] : [before]);
      if (page.messages.length === 0) break;
      pages.unshift(page.messages.map(textOf));
      before = page.messages[0]!.cursor;
    }
    expect(pages).toEqual([LEFT.slice(0, 3), LEFT.slice(3, 7), LEFT.slice(7)]);
  });

  it('is shown by the page, as lines and as NDJSON', async () => {
    const html = await text('/r/lobby', 'text/html');
    for (const message of LEFT) expect(html).toContain(`>${message}<`);
    expect((await text('/r/lobby?last=3', 'text/plain')).match(/m\d+/g)).toEqual(LEFT.slice(-3));
    const lines = (await text('/r/lobby?last=3', 'application/x-ndjson')).trim().split('\n');
    expect(lines.map((line) => textOf(JSON.parse(line) as Entry))).toEqual(LEFT.slice(-3));
  });

  it.each(Object.entries(READERS))(
    'arrives over %s as the newest messages, with every entry after them',
    async (way, open) => {
      const reading = await open(app.url, { room: 'lobby', last: 2 });
      const messages: string[] = [];
      for (let seq = 10; messages.length < 2; seq += 1) {
        const entry = (await reading.next()) as Entry;
        // A poll asks for the newest messages themselves; a stream replays the log from the first of them on.
        if (!way.includes('poll')) expect(entry.seq).toBe(seq);
        if (entry.type === 'new_message') messages.push(entry.message);
      }
      expect(messages).toEqual(LEFT.slice(-2));
      reading.close();
    },
  );
});

it('a room where everything was deleted reads as an empty one', async () => {
  const id = String((await masha.request('POST', '/messages', { message: 'gone', room: 'bare' })).body.id);
  await masha.request('DELETE', `/r/bare/messages/${id}`);
  expect(await read('room=bare&last=5')).toMatchObject({
    messages: [],
    cursor: expect.stringMatching(/:2:[0-9a-f]{12}$/) as string,
  });
  const stream = await READERS.SSE!(app.url, { room: 'bare', last: 5 });
  await masha.request('POST', '/messages', { message: 'anew', room: 'bare' });
  expect(await stream.next()).toMatchObject({ message: 'anew', seq: 3 });
  stream.close();
});
