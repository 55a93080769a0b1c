import { MemoryBudget } from '../../../server/log/memory-budget';
import type { Page } from '../../../server/log/page';
import { Tail } from '../../../server/log/tail';
import type { Stores } from '../../../server/stores/open';
import { createPlace, type Place } from '../../support/places';
import { messageDraft } from '../../support/drafts';
import { textOf } from '../../support/entry';

describe("a room's cached entries", () => {
  let place: Place;
  let stores: Stores;
  let epoch: string;
  beforeEach(async () => {
    place = await createPlace();
    stores = await place.open();
    ({ epoch } = await stores.log.after('lobby', 0, 1));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await stores.close();
    await place.remove();
  });

  const append = (...messages: string[]) =>
    stores.log.append(
      messages.map((message) => messageDraft(message)),
      new Date(),
    );

  it('never answer with an empty page that was cached before the room grew by more than the cache holds', async () => {
    const tail = new Tail(stores.log, 'lobby', 1, new MemoryBudget(1_000_000));
    stores.log.onCommit(() => tail.ring(false));
    await append('a');
    // The bell rings during the read, so only the store knows whether another entry follows the newest.
    const before = stores.log.before.bind(stores.log);
    jest.spyOn(stores.log, 'before').mockImplementationOnce(async (...query) => {
      tail.ring(false);
      return before(...query);
    });
    expect((await tail.read({ epoch, seq: 1 })) as Page).toMatchObject({ entries: [] });
    await append('b', 'c');
    expect(((await tail.read({ epoch, seq: 1 })) as Page).entries.map(textOf)).toEqual(['b', 'c']);
  });

  it('are read again when the store has dropped the entries that followed', async () => {
    const tail = new Tail(stores.log, 'lobby', 8, new MemoryBudget(1_000_000));
    await append('a');
    await tail.refresh();
    await append('dropped', 'b', 'c');
    const after = stores.log.after.bind(stores.log);
    const before = stores.log.before.bind(stores.log);
    // The answer of a store that has trimmed the room.
    const trimmed = async (read: ReturnType<typeof after>) => {
      const slice = await read;
      return { ...slice, earliest: 2, entries: slice.entries.filter(({ seq }) => seq > 2) };
    };
    jest.spyOn(stores.log, 'after').mockImplementation((...query) => trimmed(after(...query)));
    jest.spyOn(stores.log, 'before').mockImplementation((...query) => trimmed(before(...query)));
    tail.ring(false);
    expect(await tail.after({ epoch, seq: 1 }, 10)).toMatchObject({ type: 'reset' });
    expect(((await tail.after({ epoch, seq: 2 }, 10)) as Page).entries.map(textOf)).toEqual(['b', 'c']);
  });

  it('are of one epoch, even if the store has another before all are read', async () => {
    const tail = new Tail(stores.log, 'lobby', 300, new MemoryBudget(1_000_000));
    await append(...Array.from({ length: 300 }, (_, i) => String(i + 1)));
    await tail.refresh();
    const before = stores.log.before.bind(stores.log);
    const reads = jest.spyOn(stores.log, 'before');
    reads.mockImplementationOnce(before).mockImplementationOnce(async (...query) => {
      const slice = await before(...query);
      return { ...slice, epoch: 'restored' };
    });
    const page = (await tail.after({ epoch, seq: 100 }, 1)) as Page;
    expect(reads).toHaveBeenCalledTimes(2);
    expect(page.entries.map(textOf)).toEqual(['101']);
    expect((await tail.after({ epoch, seq: 0 }, 1)) as Page).toMatchObject({ entries: [{ seq: 1 }] });
    expect(tail['slice'].entries).toHaveLength(256);
  });

  it('are read completely for a waiting reader, even if they are evicted meanwhile', async () => {
    const tail = new Tail(stores.log, 'lobby', 300, new MemoryBudget(1_000_000));
    await append(...Array.from({ length: 100 }, (_, i) => String(i + 1)));
    await tail.refresh();
    const before = stores.log.before.bind(stores.log);
    const after = stores.log.after.bind(stores.log);
    let reads = 0;
    const counted = async <T>(read: Promise<T>): Promise<T> => {
      if ((reads += 1) > 10) throw new Error('The entries are read without end.');
      const slice = await read;
      // The last follower leaves while the room is read for the first time.
      if (reads === 1) tail.close();
      return slice;
    };
    jest.spyOn(stores.log, 'before').mockImplementation((...query) => counted(before(...query)));
    jest.spyOn(stores.log, 'after').mockImplementation((...query) => counted(after(...query)));
    tail.ring(false);
    // One reader reads the newest entries; another waits for that read, but needs more than it returns.
    await expect(Promise.all([tail.refresh(), tail.refresh(300)])).resolves.toBeDefined();
  });
});
