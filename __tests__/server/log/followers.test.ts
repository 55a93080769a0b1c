import { Follower } from '../../../server/log/follower';
import { Followers } from '../../../server/log/followers';
import { MemoryBudget } from '../../../server/log/memory-budget';
import type { Page } from '../../../server/log/page';
import { Tail } from '../../../server/log/tail';
import type { Stores } from '../../../server/stores/open';
import type { Reset } from '../../../server/wire';
import { createPlace, type Place } from '../../support/places';
import { messageDraft } from '../../support/drafts';
import { textOf } from '../../support/entry';
import { Queue } from '../../support/queue';

describe('the followers of a room', () => {
  let place: Place;
  let stores: Stores;
  beforeEach(async () => {
    place = await createPlace();
    stores = await place.open();
  });
  afterEach(async () => {
    await stores.close();
    await place.remove();
  });

  it('receive each new entry once, even if the cache has it a moment before the bell rings', async () => {
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
    /** Creates followers of an empty room, all waiting: one for each of these readers. */
    async function follow(...writes: jest.Mock<Promise<boolean> | void>[]) {
      const followers = new Followers(
        new Tail(stores.log, 'lobby', 500, new MemoryBudget(1_000_000)),
        () => undefined,
      );
      const { epoch } = await stores.log.after('lobby', 0, 1);
      const ends = writes.map(() => jest.fn());
      for (const [i, write] of writes.entries()) {
        await new Follower(followers, `${epoch}:0`, { write, end: ends[i]! }).run();
      }
      return { followers, ends };
    }

    it('receive nothing more until they have read it', async () => {
      let acceptPage = (isAccepted: boolean): void => void isAccepted;
      const write = jest.fn(() => new Promise<boolean>((resolve) => (acceptPage = resolve)));
      const { followers } = await follow(write);
      followers.keepAlive();
      followers.keepAlive();
      expect(write).toHaveBeenCalledTimes(1);
      acceptPage(true);
      while (write.mock.calls.length < 2) {
        await new Promise(setImmediate);
        followers.keepAlive();
      }
      followers.end();
    });

    it('end one by one if writing it fails', async () => {
      const failure = new Error('closed');
      const failing = jest.fn(() => {
        throw failure;
      });
      const accepting = jest.fn<void, []>();
      const { followers, ends } = await follow(failing, accepting);
      followers.keepAlive();
      followers.keepAlive();
      expect([failing.mock.calls.length, accepting.mock.calls.length]).toEqual([1, 2]);
      expect(ends[0]).toHaveBeenCalledWith(failure);
      followers.end();
    });
  });
});
