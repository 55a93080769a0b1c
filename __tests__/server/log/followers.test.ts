import { join } from 'node:path';
import { Follower } from '../../../server/log/follower';
import { Followers } from '../../../server/log/followers';
import { MemoryBudget } from '../../../server/log/memory-budget';
import type { Page } from '../../../server/log/page';
import { Tail } from '../../../server/log/tail';
import { openStores, type Stores } from '../../../server/stores/open';
import type { Reset } from '../../../server/wire';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/app';
import { messageDraft } from '../../support/drafts';
import { textOf } from '../../support/entry';
import { Queue } from '../../support/queue';

describe('those who follow a room', () => {
  let folder: TemporaryFolder;
  let stores: Stores;
  beforeEach(async () => {
    folder = createTemporaryFolder();
    stores = await openStores(join(folder.path, 'parley.db'));
  });
  afterEach(async () => {
    await stores.close();
    folder.remove();
  });

  it('are handed what is new once, also when it is known to the room a moment before they are rung for', async () => {
    const tail = new Tail(stores.log, 'lobby', 500, new MemoryBudget(1_000_000));
    const followers = new Followers(tail, () => undefined);
    const steps = new Queue<Page | Reset>();
    const texts = async (): Promise<string[]> => {
      const step = await steps.next();
      return step.type === 'page' ? step.entries.map(textOf) : ['reset'];
    };
    const { epoch } = await stores.log.after('lobby', 0, 1);
    const follower = new Follower(followers, `${epoch}:0`, {
      write: (step) => steps.push(step),
      end: () => undefined,
    });
    await follower.run();
    followers.keepAlive();
    expect(await texts()).toEqual([]);

    await stores.log.append([messageDraft('once')], new Date());
    // Another reader has read it, as when it joins at that moment.
    tail.ring(false);
    await tail.refresh();
    followers.keepAlive();
    followers.ring();
    expect(await texts()).toEqual(['once']);
    await tail.refresh();
    followers.keepAlive();
    expect(await texts()).toEqual([]);
    follower.stop();
  });

  describe('at the heartbeat', () => {
    /** Followers of an empty room, all waiting; each takes by one of these. */
    async function waiting(...takes: jest.Mock<Promise<boolean> | void>[]) {
      const followers = new Followers(
        new Tail(stores.log, 'lobby', 500, new MemoryBudget(1_000_000)),
        () => undefined,
      );
      const { epoch } = await stores.log.after('lobby', 0, 1);
      const ends = takes.map(() => jest.fn());
      for (const [i, take] of takes.entries()) {
        await new Follower(followers, `${epoch}:0`, { write: take, end: ends[i]! }).run();
      }
      return { followers, ends };
    }

    it('are handed nothing more until they have taken it', async () => {
      let taken = (took: boolean): void => void took;
      const take = jest.fn(() => new Promise<boolean>((resolve) => (taken = resolve)));
      const { followers } = await waiting(take);
      followers.keepAlive();
      followers.keepAlive();
      expect(take).toHaveBeenCalledTimes(1);
      taken(true);
      while (take.mock.calls.length < 2) {
        await new Promise(setImmediate);
        followers.keepAlive();
      }
      followers.end();
    });

    it('end alone when they fail at it', async () => {
      const failure = new Error('closed');
      const fails = jest.fn(() => {
        throw failure;
      });
      const takes = jest.fn<void, []>();
      const { followers, ends } = await waiting(fails, takes);
      followers.keepAlive();
      followers.keepAlive();
      expect([fails.mock.calls.length, takes.mock.calls.length]).toEqual([1, 2]);
      expect(ends[0]).toHaveBeenCalledWith(failure);
      followers.end();
    });
  });
});
