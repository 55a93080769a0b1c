import { openDB, type DBSchema, type IDBPDatabase, type IDBPObjectStore } from 'idb';
import type { Draft } from './draft.js';

/** How long IndexedDB may take, in milliseconds: in some browsers it never answers and never fails. */
const DATABASE_TIMEOUT = 3000;
/** How long a tab waits for the lock before it takes it over, in milliseconds. */
const LOCK_TIMEOUT = 20_000;

interface Schema extends DBSchema {
  /** In the order of writing; the key is {@link Draft.place}. */
  drafts: { key: number; value: Draft & { room: string }; indexes: { room: string; id: string } };
}

/**
 * The drafts of all tabs of this browser, in IndexedDB and in the order of writing. Where the browser stores nothing,
 * as in some private windows, reads give `undefined` and writes do nothing.
 */
export class DraftStore {
  private readonly database: Promise<IDBPDatabase<Schema> | undefined>;

  constructor(private readonly room: string) {
    this.database = withTimeout(openDatabase()).catch(() => undefined);
  }

  /** Returns the drafts of the room, the oldest first; `undefined` where they can't be read. */
  all(): Promise<Draft[] | undefined> {
    return this.use((database) => database.getAllFromIndex('drafts', 'room', this.room));
  }

  /** Stores a draft: in its place if it has one, otherwise as the last. */
  async put(draft: Draft): Promise<void> {
    await this.write((drafts) => drafts.put({ ...draft, room: this.room }));
  }

  /** Deletes a draft. */
  async delete(id: string): Promise<void> {
    await this.write(async (drafts) => {
      const place = await drafts.index('id').getKey(id);
      if (place !== undefined) await drafts.delete(place);
    });
  }

  /** Runs `work` while no other tab does, where the browser has locks. */
  async withLock(work: () => Promise<void>): Promise<void> {
    if (!globalThis.navigator?.locks) return work();
    const name = `parley:${this.room}:outbox`;
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), LOCK_TIMEOUT);
    let running: Promise<void> | undefined;
    const begin = (): Promise<void> => {
      clearTimeout(timer);
      return (running = work());
    };
    // A suspended tab keeps its lock, so the lock can be stolen. The tab that lost it may go on sending: ids make sure
    // that each message is stored once, and both tabs send in the order of writing.
    await navigator.locks
      .request(name, { signal: waiting.signal }, begin)
      .catch(() => running ?? navigator.locks.request(name, { steal: true }, begin))
      .catch(() => running);
  }

  private write(work: (drafts: DraftsInTransaction) => Promise<unknown>): Promise<unknown> {
    return this.use((database) => {
      const transaction = database.transaction('drafts', 'readwrite', { durability: 'strict' });
      return Promise.all([work(transaction.store), transaction.done]);
    });
  }

  private async use<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> {
    const database = await this.database;
    // A connection that the browser has closed throws at once.
    return database && withTimeout((async () => work(database))()).catch(() => undefined);
  }
}

type DraftsInTransaction = IDBPObjectStore<Schema, ['drafts'], 'drafts', 'readwrite'>;

async function openDatabase(): Promise<IDBPDatabase<Schema>> {
  const database = await openDB<Schema>('parley', 1, {
    upgrade(created) {
      const drafts = created.createObjectStore('drafts', { keyPath: 'place', autoIncrement: true });
      drafts.createIndex('room', 'room');
      drafts.createIndex('id', 'id', { unique: true });
    },
    // A later version of this page, in another tab, changes the schema.
    blocking: () => database.close(),
  });
  return database;
}

function withTimeout<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject);
    setTimeout(reject, DATABASE_TIMEOUT);
  });
}
