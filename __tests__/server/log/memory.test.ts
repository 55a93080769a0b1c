import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Log } from '../../../server/log/log';
import { MemoryBudget } from '../../../server/log/memory-budget';
import type { Page } from '../../../server/log/page';
import type { Stores } from '../../../server/stores/open';
import { eventStream } from '../../../server/transports/sse';
import { jsonFrames, textLines } from '../../../server/transports/subprotocols';
import type { Reset } from '../../../server/wire';
import { messageDraft } from '../../support/drafts';
import { textOf } from '../../support/entry';
import { openLog, type OpenLog } from '../../support/log';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Returns the heap and external memory of this process after garbage collection, in MB. */
async function usedMemory(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise(setImmediate);
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024 / 1024;
}

describe('the memory of the log', () => {
  let stores: Stores;
  let log: Log;
  let close: OpenLog['close'];

  beforeEach(async () => {
    ({ log, stores, close } = await openLog(500, () => {
      // The pages that are forgotten every 15 s are not forgotten here: the bound holds at any moment.
      jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
    }));
  });
  afterEach(async () => {
    jest.useRealTimers();
    await close();
  });

  const append = (room: string, message: string) => log.append(messageDraft(message, { room }));

  /** The first page after a cursor, as a follower is handed it. */
  function firstPage(room: string, cursor: string): Promise<Page | Reset> {
    return new Promise((resolve, reject) => {
      log.follow(room, cursor, {
        write: (step) => {
          resolve(step);
          return Promise.resolve(false);
        },
        end: reject,
      });
    });
  }

  it('stays within its bound when quiet rooms are read from every position, in several formats', async () => {
    const rooms = ['a', 'b', 'c'];
    const before = await usedMemory();
    for (const room of rooms) {
      await Promise.all(Array.from({ length: 250 }, (_, i) => append(room, `${i} ${'x'.repeat(3_990)}`)));
      // A follower stays, so that the room's cache is not evicted.
      log.follow(room, await log.start(room, {}), { write: () => undefined, end: () => undefined });
    }
    for (const room of rooms) {
      const [epoch] = (await log.start(room, {})).split(':');
      for (let seq = 0; seq < 250; seq += 1) {
        const step = await firstPage(room, `${epoch}:${seq}`);
        expect(step.type === 'page' && textOf(step.entries[0]!).startsWith(`${seq} `)).toBe(true);
        for (const format of [eventStream, ...Object.values(jsonFrames), ...Object.values(textLines)])
          format.step(step);
      }
    }
    expect((await usedMemory()) - before).toBeLessThan(64);
  });

  it('is shared by readers that join at once, even if the budget is used up', async () => {
    await Promise.all(Array.from({ length: 500 }, (_, i) => append('a', `${i} ${'x'.repeat(3_990)}`)));
    const start = await log.start('a', { after: 'earliest' });
    const reads = jest.spyOn(stores.log, 'after');
    const pages = await Promise.all(Array.from({ length: 50 }, () => firstPage('a', start)));
    expect(new Set(pages).size).toBe(1);
    expect(reads).toHaveBeenCalledTimes(1);
  });
});

describe('a budget', () => {
  it('evicts what was used longest ago, and no more than necessary', () => {
    const budget = new MemoryBudget(100);
    const dropped: string[] = [];
    const items = Object.fromEntries([...'abcd'].map((name) => [name, { name }]));
    const hold = (name: string, bytes: number) =>
      budget.reserve(items[name]!, bytes, () => void dropped.push(name));
    hold('a', 40);
    hold('b', 40);
    budget.touch(items.a!);
    hold('c', 40);
    expect(dropped).toEqual(['b']);
    budget.release(items.a!);
    hold('d', 60);
    expect([dropped, budget.bytes]).toEqual([['b'], 100]);
    hold('c', 10);
    expect(budget.bytes).toBe(70);
    hold('a', 101);
    expect([dropped, budget.bytes]).toEqual([['b', 'd', 'c', 'a'], 0]);
  });
});
