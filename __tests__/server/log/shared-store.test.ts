import { randomUUID } from 'node:crypto';
import { Log } from '../../../server/log/log';
import type { Page } from '../../../server/log/page';
import type { Reset } from '../../../server/wire';
import { deletionDraft, messageDraft } from '../../support/drafts';
import { textOf } from '../../support/entry';
import { openLog, type OpenLog } from '../../support/log';
import { Queue } from '../../support/queue';
import { sharedWithoutBells } from '../../support/shared-store';

const CAPACITY = 4;

let here: Log;
let there: Log;
let store: ReturnType<typeof sharedWithoutBells>;
let close: OpenLog['close'];

/** Two nodes on one store, none of whose bells rings on the other node. */
beforeEach(async () => {
  const opened = await openLog(CAPACITY);
  there = opened.log;
  store = sharedWithoutBells(opened.stores.log);
  here = new Log(store, CAPACITY);
  close = opened.close;
});
afterEach(async () => {
  jest.restoreAllMocks();
  await here.close();
  await close();
});

const textsOf = (step: Page | Reset): string[] =>
  step.type === 'page' ? step.entries.map(textOf) : ['reset'];
const write = (message: string, id: string = randomUUID()) => there.append(messageDraft(message, { id }));
const remove = (id: string) => there.append(deletionDraft(id));

/** Follows the lobby from its beginning. */
async function follow(log: Log): Promise<Queue<string>> {
  const texts = new Queue<string>();
  const from = await log.start('lobby', { after: 'earliest' });
  log.follow('lobby', from, {
    write: (step) => texts.push(...textsOf(step)),
    end: () => texts.push('end'),
  });
  return texts;
}

/** Makes the next answer of a method wait. @returns a function that lets it go. */
function hold(method: 'after' | 'heads'): { asked: Promise<void>; release: () => void } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const original = store[method].bind(store) as (...question: unknown[]) => Promise<never>;
  const asked = new Promise<void>((resolve) => {
    jest.spyOn(store, method).mockImplementationOnce(async (...question: unknown[]) => {
      const answer = await original(...question);
      resolve();
      await released;
      return answer;
    });
  });
  return { asked, release };
}

/** Returns a pacer that lets nobody go on until it is released, and when it was asked. */
function holdPace(): { pace: () => Promise<void>; paced: Promise<void>; release: () => void } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let notify = (): void => undefined;
  const paced = new Promise<void>((resolve) => (notify = resolve));
  const pace = (): Promise<void> => {
    notify();
    return released;
  };
  return { pace, paced, release };
}

describe('a log on a store that another node writes to', () => {
  it('delivers what the other node has written, although its bell is lost', async () => {
    const texts = await follow(here);
    await write('first');
    expect(await texts.next()).toBe('first');
    await write('second');
    expect(await texts.next()).toBe('second');
  });

  it('delivers to all what one reader has read before the bell', async () => {
    const texts = await follow(here);
    await write('first');
    expect(await texts.next()).toBe('first');
    await write('second');
    // From then on the cache is at the head, and differs from the store no more.
    expect(textsOf(await here.after('lobby', await here.start('lobby', { after: 'earliest' }), 9))).toEqual([
      'first',
      'second',
    ]);
    expect(await texts.next()).toBe('second');
  });

  it.each([
    ['near the head', 1, 0],
    ['far behind the cache', 20, 0],
    ['far behind the cache, before a burst,', 20, 2 * CAPACITY],
  ])('never returns a text %s that the other node has deleted', async (_where, behind, burst) => {
    const id = randomUUID();
    await write('secret', id);
    for (let i = 1; i <= behind; i += 1) await write(String(i));
    expect(await (await follow(here)).next()).toBe('secret');
    await remove(id);
    for (let i = 1; i <= burst; i += 1) await write(String(i));
    const start = await here.start('lobby', { after: 'earliest' });
    expect(textsOf(await here.after('lobby', start, 1))).toEqual(['deleted_message']);
    expect(await (await follow(here)).next()).toBe('deleted_message');
  });

  it('does not answer from a read that was under way when a reader asked', async () => {
    const id = randomUUID();
    await write('secret', id);
    const start = await here.start('lobby', { after: 'earliest' });
    const { asked, release } = hold('after');
    const early = here.after('lobby', start, 1);
    await asked;
    await remove(id);
    const late = here.after('lobby', start, 1);
    release();
    expect(textsOf(await early)).toEqual(['secret']);
    expect(textsOf(await late)).toEqual(['deleted_message']);
  });

  it('never returns a text that was deleted while its reader stalled', async () => {
    const id = randomUUID();
    for (let i = 1; i <= 256; i += 1) await write(String(i));
    await write('secret', id);
    const pages = new Queue<string[]>();
    let resume: (isWritten: boolean) => void = () => undefined;
    here.follow('lobby', await here.start('lobby', { after: 'earliest' }), {
      write: (step) => {
        pages.push(textsOf(step));
        return new Promise<boolean>((resolve) => (resume = resolve));
      },
      end: () => undefined,
    });
    expect(await pages.next()).toHaveLength(256);
    // Another reader makes the node cache the text.
    await follow(here);
    await remove(id);
    resume(true);
    expect((await pages.next())[0]).toBe('deleted_message');
    resume(false);
  });

  it.each([
    ['in the cache', 1],
    ['far behind the cache', 300],
  ])(
    'never hands a text %s to a reader that catches up, once its deletion was half a second ago',
    async (_where, behind) => {
      const id = randomUUID();
      for (let i = 1; i <= 256; i += 1) await write(String(i));
      await write('secret', id);
      for (let i = 1; i <= behind; i += 1) await write(String(i));
      const start = await here.start('lobby', { after: 'earliest' });
      const pages = new Queue<string[]>();
      const reader = { write: (step: Page | Reset) => pages.push(textsOf(step)), end: () => undefined };
      const pacer = holdPace();
      here.follow('lobby', start, reader, pacer);
      expect(await pages.next()).toHaveLength(256);
      await pacer.paced;
      // Another reader makes the node cache the text. It leaves, so nobody waits for news.
      const texts = new Queue<string>();
      const other = here.follow('lobby', start, {
        write: (step) => texts.push(...textsOf(step)),
        end: () => undefined,
      });
      for (let i = 0; i < 257 + behind; i += 1) await texts.next();
      other.stop();
      await remove(id);
      const now = performance.now.bind(performance);
      jest.spyOn(performance, 'now').mockImplementation(() => now() + 500);
      pacer.release();
      expect((await pages.next())[0]).toBe('deleted_message');
    },
  );

  it('reads a room a few times for all readers that come at once', async () => {
    for (let i = 1; i <= CAPACITY; i += 1) await write(String(i));
    const reads = (['head', 'after', 'before'] as const).map((method) => jest.spyOn(store, method));
    const all = await Promise.all(Array.from({ length: 200 }, () => follow(here)));
    for (const texts of all) expect(await texts.next()).toBe('1');
    const count = reads.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    expect(count).toBeLessThan(10);
  });

  it('goes on when the heads could not be read', async () => {
    const errors = jest.spyOn(console, 'error').mockReturnValue();
    const texts = await follow(here);
    await write('first');
    expect(await texts.next()).toBe('first');
    jest.spyOn(store, 'heads').mockRejectedValueOnce(new Error('connection lost'));
    await write('second');
    expect(await texts.next()).toBe('second');
    expect(errors).toHaveBeenCalledTimes(1);
  });

  it('does not ask for the heads again before they were answered', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    const node = new Log(store, CAPACITY);
    await follow(node);
    const { asked, release } = hold('heads');
    const heads = jest.spyOn(store, 'heads');
    while (heads.mock.calls.length === 0) {
      jest.advanceTimersByTime(100);
      await new Promise(setImmediate);
    }
    await asked;
    jest.advanceTimersByTime(60_000);
    await new Promise(setImmediate);
    expect(heads).toHaveBeenCalledTimes(1);
    release();
    while (heads.mock.calls.length === 1) {
      jest.advanceTimersByTime(100);
      await new Promise(setImmediate);
    }
    jest.useRealTimers();
    await node.close();
  });
});
