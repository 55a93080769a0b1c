import { randomUUID } from 'node:crypto';
import type { Log } from '../../../server/log/log';
import type { Page } from '../../../server/log/page';
import type { Stores } from '../../../server/stores/open';
import type { Entry, Reset } from '../../../server/wire';
import { startApp } from '../../support/app';
import { deletionDraft, messageDraft } from '../../support/drafts';
import { textOf } from '../../support/entry';
import { openLog, type OpenLog } from '../../support/log';
import { TestVisitor } from '../../support/test-visitor';
import { Queue } from '../../support/queue';
import { READERS } from '../../support/readers';

afterEach(() => jest.restoreAllMocks());

/** Delays the results of all further reads from a store: they are as of the call. */
function holdReads({ log }: Stores): () => void {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const after = log.after.bind(log);
  jest.spyOn(log, 'after').mockImplementation(async (...query) => {
    const slice = await after(...query);
    await held;
    return slice;
  });
  return () => {
    jest.restoreAllMocks();
    release();
  };
}

describe('a reader just after a deletion was acknowledged', () => {
  it.each(Object.entries(READERS))('over %s never gets the text', async (_transport, open) => {
    let stores: Stores | undefined;
    const app = await startApp({}, { wrap: (opened) => (stores = opened) });
    const masha = await TestVisitor.createGuest(app.url);
    const { body } = await masha.request('POST', '/messages', { message: 'a secret' });
    // A follower makes the server cache the room's newest entries.
    const other = await open(app.url, { room: 'lobby', after: 'earliest' });
    expect(await other.next()).toMatchObject({ message: 'a secret' });
    const release = holdReads(stores!);
    expect((await masha.request('DELETE', `/r/lobby/messages/${String(body.id)}`)).status).toBe(204);
    const late = await open(app.url, { room: 'lobby', after: 'earliest' });
    release();
    const entries = [await late.next(), await late.next()];
    expect(entries.map(({ type }) => type)).toEqual(['deleted_message', 'delete_message']);
    late.close();
    other.close();
    await app.close();
  });
});

describe('the cache of a room, after a message in it was deleted', () => {
  let stores: Stores;
  let log: Log;
  let close: OpenLog['close'];

  beforeEach(async () => ({ log, stores, close } = await openLog(4)));
  afterEach(() => close());

  const append = (message: string, id: string = randomUUID()) => log.append(messageDraft(message, { id }));
  const remove = (target: string) => log.append(deletionDraft(target));
  const textsOf = (step: Page | Reset): string[] =>
    step.type === 'page' ? step.entries.map(textOf) : ['reset'];

  /** Appends `secret` and `behind` messages after it, and leaves a reader there that stalls after its first page. */
  async function appendBeforeStalledReader(behind: number): Promise<string> {
    const id = randomUUID();
    await append('secret', id);
    for (let i = 1; i <= behind; i += 1) await append(String(i));
    const pages = new Queue<string[]>();
    const from = await log.start('lobby', { after: 'earliest' });
    log.follow('lobby', from, {
      write: (step) => {
        pages.push(textsOf(step));
        return new Promise<boolean>(() => undefined);
      },
      end: () => undefined,
    });
    expect((await pages.next())[0]).toBe('secret');
    return id;
  }

  async function firstPage(): Promise<string[]> {
    const steps = new Queue<Page | Reset>();
    const from = await log.start('lobby', { after: 'earliest' });
    const following = log.follow('lobby', from, { write: (step) => steps.push(step), end: () => undefined });
    const texts = textsOf(await steps.next());
    following.stop();
    return texts;
  }

  it.each([
    ['near the head', 1],
    ['far behind the cache', 20],
  ])('does not return its text %s, even before any reader has seen the deletion', async (_where, behind) => {
    const id = await appendBeforeStalledReader(behind);
    await remove(id);
    expect((await firstPage())[0]).toBe('deleted_message');
    expect(textsOf(await log.after('lobby', await log.start('lobby', { after: 'earliest' }), 1))).toEqual([
      'deleted_message',
    ]);
  });

  it.each([
    ['near the head', 1],
    ['far behind the cache', 20],
  ])('does not serve a read %s that began before the deletion', async (_where, behind) => {
    const id = randomUUID();
    await append('secret', id);
    for (let i = 1; i <= behind; i += 1) await append(String(i));
    const from = await log.start('lobby', { after: 'earliest' });
    const method = behind > 4 ? 'after' : 'before';
    const original = stores.log[method].bind(stores.log);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const reads = jest.spyOn(stores.log, method).mockImplementationOnce(async (room, seq, limit) => {
      const slice = await original(room, seq, limit);
      await held;
      return slice;
    });
    const early = log.follow('lobby', from, { write: () => undefined, end: () => undefined });
    while (reads.mock.calls.length === 0) await new Promise(setImmediate);
    await remove(id);
    const steps = new Queue<Page | Reset>();
    const late = log.follow('lobby', from, { write: (step) => steps.push(step), end: () => undefined });
    release();
    expect(textsOf(await steps.next())[0]).toBe('deleted_message');
    early.stop();
    late.stop();
  });

  it.each(['deletes it', 'asks again whether it is deleted'])(
    'does not return its text to a reader if another visitor %s before the first deletion is acknowledged',
    async (action) => {
      const id = await appendBeforeStalledReader(1);
      const append = stores.log.append.bind(stores.log);
      let answer = (): void => undefined;
      const answered = new Promise<void>((resolve) => (answer = resolve));
      let committed = (): void => undefined;
      const inStore = new Promise<void>((resolve) => (committed = resolve));
      jest.spyOn(stores.log, 'append').mockImplementationOnce(async (drafts, at) => {
        const results = await append(drafts, at);
        committed();
        await answered;
        return results;
      });
      const first = remove(id);
      await inStore;
      let found: Entry | undefined;
      if (action === 'deletes it') {
        const second = remove(id);
        answer();
        await expect(second).rejects.toMatchObject({ status: 404 });
      } else {
        found = await log.find('lobby', id);
        expect(found).toMatchObject({ type: 'deleted_message' });
      }
      expect((await firstPage())[0]).toBe('deleted_message');
      answer();
      await first;
    },
  );

  it('does not return its text if the deletion was committed but not confirmed', async () => {
    jest.spyOn(console, 'error').mockReturnValue();
    const id = await appendBeforeStalledReader(1);
    const append = stores.log.append.bind(stores.log);
    jest.spyOn(stores.log, 'append').mockImplementationOnce(async (drafts, at) => {
      await append(drafts, at);
      throw new Error('connection lost');
    });
    await expect(remove(id)).rejects.toMatchObject({ status: 503 });
    expect((await firstPage())[0]).toBe('deleted_message');
  });
});
