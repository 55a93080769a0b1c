import { type RunningApp, startApp } from '../../support/app';
import { type SseEvent, sseEvents, take } from '../../support/events';
import { postJson, readPage, sendMessage } from '../../support/http';

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

const messages = ({ type }: SseEvent) => type === 'new_message';
const texts = (events: SseEvent[]) => events.map(({ data }) => data.message);

/** Opens a stream and returns its response, without reading the body. */
async function openStream(query: string, headers: Record<string, string> = {}) {
  const controller = new AbortController();
  const answer = await fetch(`${app.url}/sse?${query}`, { headers, signal: controller.signal });
  return { answer, end: () => controller.abort() };
}

describe('SSE', () => {
  it('sends headers that keep proxies from buffering or changing the stream, and the cursor first', async () => {
    const { answer, end } = await openStream('');
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(answer.headers.get('cache-control')).toContain('no-transform');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    const { value } = await answer.body!.getReader().read();
    expect(Buffer.from(value!).toString()).toMatch(
      /^retry: \d+\nevent: start\nid: ([0-9a-z]+:0:[0-9a-f]{12})\ndata: {"type":"start","room":"lobby","cursor":"\1"}\n\n/,
    );
    end();
  });

  it('sends only live messages by default', async () => {
    await sendMessage(app.url, 'before');
    const stream = sseEvents(`${app.url}/sse`);
    const first = take(stream, 1, messages);
    await take(sseEvents(`${app.url}/sse`), 1, ({ data }) => data.count === 2);
    const sent = await sendMessage(app.url, 'two\nlines and "quotes"');
    expect(await first).toEqual([{ type: 'new_message', id: sent.cursor, data: sent }]);
  });

  it('continues after Last-Event-ID, which takes precedence over the query', async () => {
    const [first] = [
      await sendMessage(app.url, 'a'),
      await sendMessage(app.url, 'b'),
      await sendMessage(app.url, 'c'),
    ];
    const headers = { 'Last-Event-ID': first.cursor };
    const events = await take(sseEvents(`${app.url}/sse?after=earliest`, { headers }), 2, messages);
    expect(texts(events)).toEqual(['b', 'c']);
  });

  it('begins with the newest n, or with the earliest', async () => {
    for (const text of 'abc') await sendMessage(app.url, text);
    expect(texts(await take(sseEvents(`${app.url}/sse?last=2`), 2, messages))).toEqual(['b', 'c']);
    expect(texts(await take(sseEvents(`${app.url}/sse?after=earliest`), 3, messages))).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('sends a reset for a cursor of another history, and continues from the head', async () => {
    const { cursor } = await sendMessage(app.url, 'a');
    const stream = sseEvents(`${app.url}/sse?after=gone:7`);
    const two = take(stream, 2, ({ type }) => !['start', 'presence'].includes(type));
    const reset = { type: 'reset', room: 'lobby', earliest: (await readPage(app.url)).earliest, cursor };
    await take(sseEvents(`${app.url}/sse`), 1, ({ data }) => data.count === 2);
    await sendMessage(app.url, 'b');
    expect(await two).toMatchObject([
      { type: 'reset', id: cursor, data: reset },
      { type: 'new_message', data: { message: 'b' } },
    ]);
  });

  it('sends ephemeral events without an id, so that they never change the reader’s cursor', async () => {
    const { cursor } = await sendMessage(app.url, 'a');
    const stream = sseEvents(`${app.url}/sse`);
    const contact = take(stream, 1, ({ type }) => type === 'new_contact');
    await take(sseEvents(`${app.url}/sse`), 1, ({ data }) => data.count === 2);
    await postJson(`${app.url}/contacts`, { name: 'Masha', phone: '+79123456789' });
    expect(await contact).toMatchObject([{ id: cursor, data: { contact: { name: 'Masha' } } }]);
  });

  it('refuses a malformed cursor or room before the stream begins', async () => {
    for (const query of ['after=nonsense', 'room=A', 'last=x']) {
      const { answer } = await openStream(query);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ status: 400 });
    }
    expect((await openStream('', { 'Last-Event-ID': 'nonsense' })).answer.status).toBe(400);
  });

  it('removes a reader that disconnects', async () => {
    const { answer, end } = await openStream('');
    await answer.body!.getReader().read();
    const other = sseEvents(`${app.url}/sse`);
    await take(sseEvents(`${app.url}/sse`), 1, ({ data }) => data.count === 2);
    const alone = take(other, 1, ({ data }) => data.count === 1);
    end();
    await alone;
  });

  it('ends its streams when the server closes', async () => {
    const { answer } = await openStream('');
    const rest = answer.text();
    await app.close();
    await rest;
    app = await startApp();
  });
});
