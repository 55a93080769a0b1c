import type { Entry, MessagePage } from '../../../server/wire';
import { ApiError } from '../../../static/connection/api';
import { Feed } from '../../../static/timeline/feed';
import { textOf } from '../../support/entry';

const entry = (seq: number, epoch = 'e'): Entry => ({
  type: 'new_message',
  cursor: `${epoch}:${seq}`,
  seq,
  room: 'lobby',
  id: `${epoch}-${seq}`,
  visitor: 'v',
  username: 'Anonymous',
  message: `${epoch}${seq}`,
  at: '2026-11-20T09:00:00.000Z',
});

/** A feed that begins after seq 2, on a server with these entries. */
function feedOf(log: Entry[]) {
  const shown: string[] = [];
  const asked: (string | undefined)[] = [];
  let hold: Promise<void> | undefined;
  const page = (messages: Entry[]): MessagePage => ({
    messages,
    cursor: messages.at(-1)?.cursor ?? 'e:0',
    earliest: `${log[0]?.cursor.split(':')[0]}:0`,
  });
  const feed = new Feed(
    'e:2',
    async (after) => {
      asked.push(after);
      await hold;
      if (after === undefined) return page(log.slice(-50));
      const [epoch, seq] = after.split(':');
      if (!log[0]?.cursor.startsWith(epoch!))
        throw ApiError.from({ error: 'Gone.', code: 'cursor_gone', status: 410 });
      return page(log.filter((one) => one.seq > Number(seq)));
    },
    (entries) => shown.push(...entries.map(textOf)),
    ({ messages }) => shown.splice(0, Infinity, 'reset:', ...messages.map(textOf)),
  );
  const slow = () => {
    let go = () => {};
    hold = new Promise((resolve) => (go = resolve));
    return go;
  };
  return { feed, shown, asked, slow };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const upTo = (last: number, epoch = 'e') => Array.from({ length: last }, (_, i) => entry(i + 1, epoch));

it('delivers the entry right after its cursor, and moves the cursor', () => {
  const { feed, shown, asked } = feedOf([]);
  feed.receive(entry(3));
  feed.receive(entry(4));
  expect(shown).toEqual(['e3', 'e4']);
  expect(feed.cursor).toBe('e:4');
  expect(asked).toEqual([]);
});

it('drops duplicates from any transport', () => {
  const { feed, shown } = feedOf([]);
  for (const seq of [1, 2, 3, 3, 2, 4, 3, 4]) feed.receive(entry(seq));
  expect(shown).toEqual(['e3', 'e4']);
});

it('never moves its cursor past missing entries: it reads them first (ntfy#1293)', async () => {
  const { feed, shown, asked } = feedOf(upTo(6));
  feed.receive(entry(6));
  expect(feed.cursor).toBe('e:2');
  expect(shown).toEqual([]);
  await settle();
  expect(asked).toEqual(['e:2']);
  expect(shown).toEqual(['e3', 'e4', 'e5', 'e6']);
  expect(feed.cursor).toBe('e:6');
});

it('delivers each entry once when a transport delivers what is being read', async () => {
  const { feed, shown, slow } = feedOf(upTo(7));
  const go = slow();
  feed.receive(entry(5));
  for (const seq of [3, 4, 5, 6]) feed.receive(entry(seq));
  go();
  feed.receive(entry(7));
  await settle();
  expect(shown).toEqual(['e3', 'e4', 'e5', 'e6', 'e7']);
});

it('reads on if entries arrive while it is reading', async () => {
  const log = upTo(4);
  const { feed, shown, slow } = feedOf(log);
  const go = slow();
  feed.receive(entry(4));
  log.push(entry(5), entry(6));
  feed.receive(entry(6));
  go();
  await settle();
  expect(shown).toEqual(['e3', 'e4', 'e5', 'e6']);
});

it('reads the newest page after a reset, and goes on from there', async () => {
  const { feed, shown } = feedOf(upTo(2, 'f'));
  feed.reset({ type: 'reset', room: 'lobby', earliest: 'f:0', cursor: 'f:2' });
  await settle();
  feed.receive(entry(3, 'f'));
  expect(shown).toEqual(['reset:', 'f1', 'f2', 'f3']);
  expect(feed.cursor).toBe('f:3');
});

it('ignores a reset to the history that it has', async () => {
  const { feed, shown, asked } = feedOf(upTo(2));
  feed.reset({ type: 'reset', room: 'lobby', earliest: 'e:0', cursor: 'e:2' });
  await settle();
  expect(asked).toEqual([]);
  expect(shown).toEqual([]);
});

it('reads the newest page when the server has another history, with and without an entry of it', async () => {
  const live = feedOf(upTo(3, 'f'));
  live.feed.receive(entry(3, 'f'));
  await settle();
  expect(live.shown).toEqual(['reset:', 'f1', 'f2', 'f3']);

  const checking = feedOf(upTo(3, 'f'));
  await checking.feed.catchUp();
  expect(checking.shown).toEqual(['reset:', 'f1', 'f2', 'f3']);
});

it('reads the newest page when it is ahead of a server with the same epoch', async () => {
  const { feed, shown } = feedOf(upTo(1));
  feed.reset({ type: 'reset', room: 'lobby', earliest: 'e:0', cursor: 'e:1' });
  await settle();
  expect(shown).toEqual(['reset:', 'e1']);
  expect(feed.cursor).toBe('e:1');
});

it('reads on when another tab knows of later entries', async () => {
  const { feed, shown, asked } = feedOf(upTo(5));
  feed.noteHead('e:2');
  await settle();
  expect(asked).toEqual([]);
  feed.noteHead('e:5');
  await settle();
  expect(shown).toEqual(['e3', 'e4', 'e5']);
});

it('checks once for further entries, and delivers them', async () => {
  const { feed, shown } = feedOf(upTo(3));
  expect(await feed.checkForMore()).toBe(true);
  expect(await feed.checkForMore()).toBe(false);
  expect(shown).toEqual(['e3']);
});

it('reads the newest page if a check shows another history', async () => {
  const { feed, shown } = feedOf(upTo(1, 'f'));
  expect(await feed.checkForMore()).toBe(true);
  expect(shown).toEqual(['reset:', 'f1']);
});

describe('a server that was restored from an older backup, and has written on', () => {
  const at = (seq: number, hash: string): Entry => ({ ...entry(seq), cursor: `e:${seq}:${hash}` });

  it('has another history if a position has another hash', async () => {
    const { feed, shown } = feedOf([at(1, 'aa'), at(2, 'cc')]);
    feed.reset({ type: 'reset', room: 'lobby', earliest: 'e:0', cursor: 'e:2' });
    await settle();
    expect(shown).toEqual([]);
    feed.receive(at(3, 'bb'));
    expect(shown).toEqual(['e3']);
    // What another tab knows of.
    feed.noteHead('e:3:bb');
    await settle();
    expect(shown).toEqual(['e3']);
    feed.noteHead('e:3:cc');
    await settle();
    expect(shown).toEqual(['reset:', 'e1', 'e2']);
  });

  it('is asked whether it has the position of the reader, where its head is beyond that', async () => {
    const log = upTo(5);
    const asked: (string | undefined)[] = [];
    const shown: string[] = [];
    const feed = new Feed(
      'e:2:aa',
      (after) => {
        asked.push(after);
        const page = { messages: log, cursor: 'e:5:cc', earliest: 'e:0' };
        const gone = ApiError.from({ error: 'Gone.', code: 'cursor_gone', status: 410 });
        return after === undefined ? Promise.resolve(page) : Promise.reject(gone);
      },
      () => undefined,
      ({ messages }) => shown.push(...messages.map(textOf)),
    );
    feed.reset({ type: 'reset', room: 'lobby', earliest: 'e:0', cursor: 'e:5:cc' });
    await settle();
    expect(asked[0]).toBe('e:2:aa');
    await feed.catchUp();
    expect(asked).toEqual(['e:2:aa', undefined]);
    expect(shown).toEqual(['e1', 'e2', 'e3', 'e4', 'e5']);
    expect(feed.cursor).toBe('e:5:cc');
  });
});
