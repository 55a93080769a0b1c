import type { Draft } from './outbox.js';

/** How long a browser may take over its database, in milliseconds: some never answer, and never say so. */
const PATIENCE = 3000;
/** How long a tab waits for its turn to send, in milliseconds. */
const LONG = 20_000;

/**
 * What is not sent yet, kept in the browser (IndexedDB) in the order of writing, for all its tabs. Where nothing can
 * be kept, as in some private windows, all goes on without.
 */
export class DraftStore {
  private readonly database: Promise<IDBDatabase | undefined>;

  constructor(private readonly room: string) {
    const late = new Promise<undefined>((give) => setTimeout(() => give(undefined), PATIENCE));
    this.database = Promise.race([open(), late]).catch(() => undefined);
  }

  /** All of them, the oldest first; `undefined` where they can't be read. */
  all(): Promise<Draft[] | undefined> {
    return this.use('readonly', (drafts) => drafts.index('room').getAll(this.room));
  }

  /** Keeps a draft: in its place if it has one, or else as the last. */
  async keep(draft: Draft): Promise<void> {
    await this.use('readwrite', (drafts) => drafts.put({ ...draft, room: this.room }));
  }

  async forget(id: string): Promise<void> {
    await this.use('readwrite', (drafts) => {
      const place = drafts.index('id').getKey(id);
      place.onsuccess = () => place.result !== undefined && drafts.delete(place.result);
      return place;
    });
  }

  /** Does `work` while no other tab does, where the browser can see to that. */
  async alone(work: () => Promise<void>): Promise<void> {
    if (!globalThis.navigator?.locks) return work();
    const name = `parley:${this.room}:outbox`;
    const waiting = new AbortController();
    const late = setTimeout(() => waiting.abort(), LONG);
    let turn: Promise<void> | undefined;
    const begin = (): Promise<void> => {
      clearTimeout(late);
      return (turn = work());
    };
    // A tab that was put to sleep keeps its turn, so it may be taken away. Work that has begun goes on all the same:
    // what two tabs send is stored once, and each sends all that is kept in the order of writing.
    await navigator.locks
      .request(name, { signal: waiting.signal }, begin)
      .catch(() => turn ?? navigator.locks.request(name, { steal: true }, begin))
      .catch(() => turn);
  }

  private async use<T>(
    mode: IDBTransactionMode,
    work: (drafts: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T | undefined> {
    const database = await this.database;
    try {
      const transaction = database?.transaction('drafts', mode, { durability: 'strict' });
      if (!transaction) return undefined;
      const request = work(transaction.objectStore('drafts'));
      await new Promise((done, fail) => {
        transaction.oncomplete = done;
        transaction.onabort = fail;
        setTimeout(fail, PATIENCE);
      });
      return request.result;
    } catch {
      return undefined;
    }
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const request = indexedDB.open('parley', 1);
    request.onupgradeneeded = () => {
      const drafts = request.result.createObjectStore('drafts', { keyPath: 'place', autoIncrement: true });
      drafts.createIndex('room', 'room');
      drafts.createIndex('id', 'id', { unique: true });
    };
    request.onerror = fail;
    request.onsuccess = () => {
      const database = request.result;
      // Another version of this page may want to change it.
      database.onversionchange = () => database.close();
      done(database);
    };
  });
}
