import { Log } from '../../../server/log/log';
import type { Draft, Store } from '../../../server/log/store';
import { messageDraft } from '../../support/drafts';
import { openLog, type OpenLog } from '../../support/log';

const PARALLEL = 2;

let log: Log;
let close: OpenLog['close'];
/** The rooms of each transaction, and lets the commits to a room go on. */
let transactions: string[][];
let release: (room: string) => void;
let running: number;
let mostRunning: number;

/** A log whose store commits rooms apart. The commits to rooms whose names begin with `slow` are held. */
beforeEach(async () => {
  const opened = await openLog(4);
  ({ close } = opened);
  transactions = [];
  [running, mostRunning] = [0, 0];
  const held = new Map<string, () => void>();
  release = (room) => held.get(room)!();
  const { log: store } = opened.stores;
  const append = async (drafts: readonly Draft[], at: Date): ReturnType<Store['append']> => {
    transactions.push(drafts.map(({ room }) => room));
    mostRunning = Math.max(mostRunning, (running += 1));
    const { room } = drafts[0]!;
    if (room.startsWith('slow')) await new Promise<void>((resolve) => held.set(room, resolve));
    const results = await store.append(drafts, at);
    running -= 1;
    return results;
  };
  log = new Log(Object.assign(Object.create(store) as Store, { append, parallelRooms: PARALLEL }), 4);
});
afterEach(async () => {
  await log.close();
  await close();
});

const write = (room: string, message = 'x') => log.append(messageDraft(message, { room }));

describe('a log whose store commits rooms apart', () => {
  it('has one room in each transaction, with all that waits for it', async () => {
    const rooms = ['a', 'b', 'a', 'c', 'b', 'a'];
    await Promise.all(rooms.map((room) => write(room)));
    expect(transactions).toEqual([['a', 'a', 'a'], ['b', 'b'], ['c']]);
    expect(mostRunning).toBe(PARALLEL);
  });

  it('does not let one room wait for another', async () => {
    const slow = write('slow');
    await write('quick');
    await write('quick');
    release('slow');
    expect((await slow).entry.seq).toBe(1);
  });

  it('gathers what arrives for a room while its last commit is under way, in order', async () => {
    const first = write('slow', '1');
    while (transactions.length === 0) await new Promise(setImmediate);
    const others = ['2', '3', '4'].map((message) => write('slow', message));
    await write('quick');
    release('slow');
    await first;
    while (transactions.length < 3) await new Promise(setImmediate);
    release('slow');
    expect((await Promise.all(others)).map(({ entry }) => entry.seq)).toEqual([2, 3, 4]);
    expect(transactions).toEqual([['slow'], ['quick'], ['slow', 'slow', 'slow']]);
  });

  it('gives the rooms turns: one that is written to all the time does not hold up the others', async () => {
    const held = [write('slow 1'), write('slow 2')];
    while (running < PARALLEL) await new Promise(setImmediate);
    const waiting = [write('a'), write('slow 1'), write('b')];
    release('slow 1');
    await waiting[0];
    release('slow 2');
    await waiting[2];
    expect(transactions).toEqual([['slow 1'], ['slow 2'], ['a'], ['slow 1'], ['b']]);
    release('slow 1');
    await Promise.all([...held, ...waiting]);
  });

  it('waits for all rooms when it closes', async () => {
    const writes = ['a', 'b', 'c', 'd'].map((room) => write(room));
    await log.close();
    expect(transactions).toHaveLength(4);
    await Promise.all(writes);
  });
});
