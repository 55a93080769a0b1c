import { Log } from '../../../server/log/log';
import type { Page } from '../../../server/log/page';
import type { Stores } from '../../../server/stores/open';
import type { Reset } from '../../../server/wire';
import { messageDraft } from '../../support/drafts';
import { textOf } from '../../support/entry';
import { openLog, type OpenLog } from '../../support/log';
import { Queue } from '../../support/queue';

/** A log whose store commits, and can then fail to answer: a lost answer, or a connection that was cut. */
let stores: Stores;
let log: Log;
let close: OpenLog['close'];

beforeEach(async () => {
  jest.spyOn(console, 'error').mockReturnValue();
  ({ log, stores, close } = await openLog(500, (opened) => {
    // The log must announce its own commits: the bell of another process may be late, or lost.
    jest.spyOn(opened.log, 'onCommit').mockReturnValue();
  }));
});

afterEach(async () => {
  jest.restoreAllMocks();
  await close();
});

/** Makes the next append fail: after it has committed, or instead. */
function failNextAppend(when: 'before' | 'after'): void {
  const append = stores.log.append.bind(stores.log);
  jest.spyOn(stores.log, 'append').mockImplementationOnce(async (drafts, at) => {
    if (when === 'after') await append(drafts, at);
    throw new Error('connection lost');
  });
}

/** Follows the room from its head. Resolves once the reader waits for new entries. */
async function followLive() {
  const steps = new Queue<Page | Reset>();
  const ended = new Queue<unknown>();
  const reads = jest.spyOn(stores.log, 'before');
  const start = await log.start('lobby', {});
  reads.mockClear();
  const following = log.follow('lobby', start, {
    write: (step) => steps.push(step),
    end: (error) => ended.push(error),
  });
  while (reads.mock.calls.length === 0) await new Promise(setImmediate);
  await new Promise(setImmediate);
  const next = async (): Promise<string[]> => {
    const step = await steps.next();
    return step.type === 'page' ? step.entries.map(textOf) : ['reset'];
  };
  return { next, ended, stop: () => following.stop() };
}

describe('an open reader', () => {
  it('gets a message whose commit was not confirmed, without another write', async () => {
    const reader = await followLive();
    const draft = messageDraft('stored, but not confirmed');
    failNextAppend('after');
    await expect(log.append(draft)).rejects.toMatchObject({ status: 503 });
    expect(await reader.next()).toEqual(['stored, but not confirmed']);
    expect(await log.append(draft)).toMatchObject({ repeated: true, entry: { seq: 1 } });
    reader.stop();
  });

  it('gets a message that is only found to be stored when its writer sends it again', async () => {
    const reader = await followLive();
    const draft = messageDraft('stored unseen');
    // Committed after the store had reported a failure, so no bell has rung for it.
    await stores.log.append([draft], new Date());
    expect(await log.append(draft)).toMatchObject({ repeated: true });
    expect(await reader.next()).toEqual(['stored unseen']);
    reader.stop();
  });

  it('gets nothing when the commit failed, and what is stored later', async () => {
    const reader = await followLive();
    failNextAppend('before');
    await expect(log.append(messageDraft('lost'))).rejects.toMatchObject({ status: 503 });
    await log.append(messageDraft('kept'));
    expect(await reader.next()).toEqual(['kept']);
    reader.stop();
  });

  it('stays open while the store can not be read, and gets what was written meanwhile', async () => {
    const reader = await followLive();
    const reads = jest.spyOn(stores.log, 'after');
    for (let i = 0; i < 3; i += 1) reads.mockRejectedValueOnce(new Error('disk'));
    await log.append(messageDraft('written meanwhile'));
    expect(await reader.next()).toEqual(['written meanwhile']);
    expect(reads).toHaveBeenCalledTimes(4);
    reader.stop();
  });
});

it('a commit that rings twice is read once', async () => {
  jest.restoreAllMocks();
  const ringing = new Log(stores.log, 500);
  log = ringing;
  const reader = await followLive();
  const reads = jest.spyOn(stores.log, 'after');
  await log.append(messageDraft('once'));
  expect(await reader.next()).toEqual(['once']);
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  expect(reads).toHaveBeenCalledTimes(1);
  reader.stop();
});
