import { randomUUID } from 'node:crypto';
import { Log } from '../../../server/log/log';
import type { Page } from '../../../server/log/page';
import type { Stores } from '../../../server/stores/open';
import type { Reset } from '../../../server/wire';
import { describeSqlite } from '../../support/describe-sqlite';
import { messageDraft } from '../../support/drafts';
import { textOf } from '../../support/entry';
import { openLog, type OpenLog } from '../../support/log';
import { Queue } from '../../support/queue';

let stores: Stores;
let log: Log;
let close: OpenLog['close'];

beforeEach(async () => ({ log, stores, close } = await openLog(500)));

afterEach(async () => {
  jest.restoreAllMocks();
  await close();
});

const append = (message: string, room = 'lobby', id: string = randomUUID()) =>
  log.append(messageDraft(message, { room, id }));

const texts = (step: Page | Reset): string[] => (step.type === 'page' ? step.entries.map(textOf) : ['reset']);

/** A reader of the log that takes its steps one by one. */
function reader(of: Log, from: string) {
  const steps = new Queue<Page | Reset>();
  let end: (error?: unknown) => void;
  const ended = new Promise<unknown>((resolve) => (end = resolve));
  const following = of.follow('lobby', from, {
    write: (step) => steps.push(step),
    end: (error) => end(error),
  });
  return { next: () => steps.next(), ended, stop: () => following.stop() };
}

/** Follows until `count` entries (a reset counts as one) have come. */
async function follow(from: string, count: number): Promise<string[]> {
  const { next, stop } = reader(log, from);
  const seen: string[] = [];
  while (seen.length < count) seen.push(...texts(await next()));
  stop();
  return seen;
}

describe('the log', () => {
  it('commits the drafts of one turn as one transaction', async () => {
    const storeAppend = jest.spyOn(stores.log, 'append');
    const results = await Promise.all(['a', 'b', 'c'].map((text) => append(text)));
    expect(results.map(({ entry }) => entry.seq)).toEqual([1, 2, 3]);
    expect(storeAppend).toHaveBeenCalledTimes(1);
  });

  it('acknowledges no message that the store could not commit, and goes on when it can', async () => {
    jest.spyOn(console, 'error').mockReturnValue();
    jest.spyOn(stores.log, 'append').mockRejectedValueOnce(new Error('disk full'));
    await expect(append('lost')).rejects.toMatchObject({ status: 503 });
    await append('kept');
    expect(texts(await log.after('lobby', await log.start('lobby', { after: 'earliest' }), 10))).toEqual([
      'kept',
    ]);
  });

  it('holds a bounded number of messages for the next commit, and refuses more', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8_193 }, (_, i) => append(String(i))));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: { status: 503 } }]);
    await append('goes on');
  });

  it('refuses an id that belongs to another body, and leaves its neighbours alone', async () => {
    const id = randomUUID();
    const [first, clash, last] = await Promise.allSettled([
      append('a', 'lobby', id),
      append('b', 'lobby', id),
      append('c'),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(clash).toMatchObject({ status: 'rejected', reason: { code: 'id_taken' } });
    expect(last).toMatchObject({ status: 'fulfilled', value: { entry: { seq: 2 } } });
  });

  it('hands a follower history and new entries as one stream', async () => {
    await append('a');
    await append('b');
    const start = await log.start('lobby', { after: 'earliest' });
    const following = follow(start, 4);
    await append('c');
    await append('elsewhere', 'other');
    await append('d');
    expect(await following).toEqual(['a', 'b', 'c', 'd']);
  });

  it('begins at the head, at the newest n, at the earliest or after a cursor', async () => {
    for (const text of 'abcde') await append(text);
    const head = await log.start('lobby', {});
    expect(texts(await log.after('lobby', head, 10))).toEqual([]);
    expect(texts(await log.after('lobby', await log.start('lobby', { last: 2 }), 10))).toEqual(['d', 'e']);
    expect(texts(await log.after('lobby', await log.start('lobby', { last: 99 }), 10))).toHaveLength(5);
    expect(texts(await log.after('lobby', await log.start('lobby', { after: 'earliest' }), 2))).toEqual([
      'a',
      'b',
    ]);
    expect(await log.start('lobby', { after: head, last: 3 })).toBe(head);
  });

  it('pages back from any cursor to the beginning', async () => {
    for (const text of 'abcde') await append(text);
    const head = await log.start('lobby', {});
    const [epoch] = head.split(':');
    const page = (await log.before('lobby', `${epoch}:4`, 2)) as Page;
    expect(texts(page)).toEqual(['b', 'c']);
    expect(page.cursor).toBe(page.entries.at(-1)!.cursor);
    expect(texts(await log.before('lobby', page.entries[0]!.cursor, 2))).toEqual(['a']);
    expect(texts(await log.before('lobby', `${epoch}:1`, 2))).toEqual([]);
  });

  it('misses and repeats nothing for a follower that joins during a burst of writes', async () => {
    const start = await log.start('lobby', { after: 'earliest' });
    const count = 600;
    const followers: Promise<string[]>[] = [];
    const sent: Promise<unknown>[] = [];
    for (let i = 1; i <= count; i += 1) {
      sent.push(append(String(i)));
      if (i % 60 === 0) followers.push(follow(start, count));
      if (i % 7 === 0) await new Promise(setImmediate);
    }
    await Promise.all(sent);
    const expected = Array.from({ length: count }, (_, i) => String(i + 1));
    for (const seen of await Promise.all(followers)) expect(seen).toEqual(expected);
  });

  it.each([
    ['another epoch', 'other:1'],
    ['another epoch, at its beginning', 'other:0'],
    ['a place past the head', '+1'],
    ['a place where another entry is', '#'],
  ])('answers a cursor of %s with a reset, and goes on from the head', async (_what, form) => {
    await append('a');
    const head = await log.start('lobby', {});
    const [epoch] = head.split(':');
    const forms: Record<string, string> = { '+1': `${epoch}:2`, '#': `${epoch}:1:0123456789ab` };
    const cursor = forms[form] ?? form;
    const earliest = await log.start('lobby', { after: 'earliest' });
    const reset = { type: 'reset', room: 'lobby', earliest, cursor: head };
    expect(await log.after('lobby', cursor, 10)).toEqual(reset);
    const { next, stop } = reader(log, cursor);
    expect(await next()).toEqual(reset);
    await append('b');
    expect(texts(await next())).toEqual(['b']);
    stop();
  });

  it('answers a cursor of another history with a reset when reading back, too', async () => {
    await append('a');
    const [epoch] = (await log.start('lobby', {})).split(':');
    for (const cursor of ['other:1', `${epoch}:1:0123456789ab`, `${epoch}:2:0123456789ab`])
      expect(await log.before('lobby', cursor, 10)).toMatchObject({ type: 'reset' });
    await expect(log.after('lobby', 'nonsense', 10)).rejects.toMatchObject({ status: 400 });
  });

  it('hands nothing more to a reader that rejected a page', async () => {
    for (const text of 'ab') await append(text);
    const take = jest.fn(() => Promise.resolve(false));
    log.follow('lobby', await log.start('lobby', { last: 2 }), { write: take, end: () => undefined });
    await append('c');
    expect(await follow(await log.start('lobby', { last: 1 }), 1)).toEqual(['c']);
    expect(take).toHaveBeenCalledTimes(1);
  });

  it('yields to others between the pages of a long replay', async () => {
    await Promise.all(Array.from({ length: 1500 }, (_, i) => append(String(i + 1))));
    let pages = 0;
    const following = log.follow('lobby', await log.start('lobby', { after: 'earliest' }), {
      write: () => void (pages += 1),
      end: () => undefined,
    });
    await new Promise(setImmediate);
    expect(pages).toBeLessThan(3);
    following.stop();
  });

  it('reads each page once for all readers that return at once, however far behind they are', async () => {
    await Promise.all(Array.from({ length: 900 }, (_, i) => append(String(i + 1))));
    const start = await log.start('lobby', { after: 'earliest' });
    const reads = jest.spyOn(stores.log, 'after');
    const seen = await Promise.all(Array.from({ length: 50 }, () => follow(start, 900)));
    seen.forEach((texts) => expect(texts).toHaveLength(900));
    expect(reads.mock.calls.length).toBeLessThan(10);
  });

  it('hands a reader nothing more until it has read the last page', async () => {
    await append('a');
    const start = await log.start('lobby', { after: 'earliest' });
    const steps = new Queue<Page | Reset>();
    let taken = (): void => undefined;
    const take = jest.fn((step: Page | Reset) => {
      steps.push(step);
      return new Promise<boolean>((resolve) => (taken = () => resolve(true)));
    });
    const following = log.follow('lobby', start, { write: take, end: () => undefined });
    expect(texts(await steps.next())).toEqual(['a']);
    for (const text of 'bcd') await append(text);
    expect(await follow(start, 4)).toEqual(['a', 'b', 'c', 'd']);
    expect(take).toHaveBeenCalledTimes(1);
    taken();
    expect(texts(await steps.next())).toEqual(['b', 'c', 'd']);
    following.stop();
  });

  it('continues from far behind the cache', async () => {
    await Promise.all(Array.from({ length: 1200 }, (_, i) => append(String(i + 1))));
    const seen = await follow(await log.start('lobby', { after: 'earliest' }), 1200);
    expect(seen).toEqual(Array.from({ length: 1200 }, (_, i) => String(i + 1)));
  });

  it('waits for the pacer of a reader before each page from the store, and never for cached pages', async () => {
    await Promise.all(Array.from({ length: 1200 }, (_, i) => append(String(i + 1))));
    const steps = new Queue<Page | Reset>();
    const waits = new Queue<() => void>();
    const following = log.follow(
      'lobby',
      await log.start('lobby', { after: 'earliest' }),
      { write: (step) => steps.push(step), end: () => undefined },
      { pace: () => new Promise((resolve) => waits.push(resolve)) },
    );
    let paced = 0;
    for (let seen = 0; seen < 1200;) {
      seen += texts(await steps.next()).length;
      if (waits.isEmpty) continue;
      expect(steps.isEmpty).toBe(true);
      paced += 1;
      (await waits.next())();
    }
    // Three pages, and the reading of the newest 500 into memory.
    expect(paced).toBe(4);
    await append('1201');
    expect(texts(await steps.next())).toEqual(['1201']);
    expect(waits.isEmpty).toBe(true);
    following.stop();
  });

  it('hands a waiting follower an empty page every 15 s, to keep its connection alive', async () => {
    // A database waits by the other clocks.
    jest.useFakeTimers({
      doNotFake: ['Date', 'performance', 'setImmediate', 'nextTick', 'setTimeout', 'clearTimeout'],
    });
    const beating = new Log(stores.log, 500);
    const { next, stop } = reader(beating, await beating.start('lobby', {}));
    let step: unknown;
    void next().then((page) => (step = page));
    for (; !step; jest.advanceTimersByTime(15_000)) await new Promise(setImmediate);
    expect(step).toMatchObject({ type: 'page', entries: [] });
    jest.useRealTimers();
    stop();
    await beating.close();
  });

  it('hands nothing to a reader that has stopped', async () => {
    const start = await log.start('lobby', {});
    const take = jest.fn();
    log.follow('lobby', start, { write: take, end: take }).stop();
    const other = follow(start, 1);
    await append('a');
    await other;
    expect(take).not.toHaveBeenCalled();
  });

  it('ends a reader with the error if the store fails', async () => {
    const start = await log.start('lobby', {});
    jest.spyOn(stores.log, 'before').mockRejectedValueOnce(new Error('disk'));
    expect(await reader(log, start).ended).toMatchObject({ message: 'disk' });
  });

  it('ends every reader when it closes, once all accepted drafts are on the disk', async () => {
    const start = await log.start('lobby', {});
    const waiting = reader(log, start);
    const sent = append('last');
    await log.close();
    expect((await sent).entry.seq).toBe(1);
    expect(await waiting.ended).toBeUndefined();
    expect(await reader(log, start).ended).toBeUndefined();
    await expect(append('too late')).rejects.toMatchObject({ status: 503 });
  });
});

// Where others may write to the store, it is read anew for whoever asks: see shared-store.test.ts.
describeSqlite('the log, of one process', () => {
  it('shares one page, read once, among readers at the same position', async () => {
    await append('a');
    const start = await log.start('lobby', { after: 'earliest' });
    const reads = jest.spyOn(stores.log, 'before');
    const later = jest.spyOn(stores.log, 'after');
    const readers = Array.from({ length: 50 }, () => reader(log, start));
    const pages = await Promise.all(readers.map(({ next }) => next()));
    expect(new Set(pages).size).toBe(1);
    expect(reads).toHaveBeenCalledTimes(1);
    await append('b');
    expect(new Set(await Promise.all(readers.map(({ next }) => next()))).size).toBe(1);
    expect([reads.mock.calls.length, later.mock.calls.length]).toEqual([1, 1]);
    readers.forEach(({ stop }) => stop());
  });

  it('reads the store once for all readers that return at once, if the cache can hold what they missed', async () => {
    await Promise.all(Array.from({ length: 400 }, (_, i) => append(String(i + 1))));
    const starts = await Promise.all([1, 100, 200, 300].map((last) => log.start('lobby', { last })));
    const reads = [jest.spyOn(stores.log, 'before'), jest.spyOn(stores.log, 'after')];
    const readers = [...starts, ...starts].map((start) => reader(log, start));
    const pages = await Promise.all(readers.map(({ next }) => next()));
    expect(pages.map((page) => texts(page)[0])).toEqual([
      '400',
      '301',
      '201',
      '101',
      '400',
      '301',
      '201',
      '101',
    ]);
    // First the newest entries, which most readers need; then the whole tail, in two parts.
    expect(reads.map((read) => read.mock.calls.length)).toEqual([3, 0]);
    readers.forEach(({ stop }) => stop());
  });
});
