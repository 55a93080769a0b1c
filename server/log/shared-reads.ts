import type { Store } from './store';

/** The reads of one question to the store: the one that is under way, and the one that follows it. */
interface Reads {
  current: Promise<unknown>;
  next: Promise<unknown> | undefined;
}

/**
 * Makes all who ask a shared store the same question at the same time share one read. It begins after each of them has
 * asked, so a read that is under way already serves none of them: they share the next.
 */
export function shareReads(store: Store): Store {
  if (!store.heads) return store;
  const reads = new Map<string, Reads>();
  const share = <Question extends readonly unknown[], Answer>(
    name: string,
    ask: (...question: Question) => Promise<Answer>,
  ) => {
    return (...question: Question): Promise<Answer> => {
      const key = JSON.stringify([name, ...question.map(String)]);
      return shared(reads, key, () => ask(...question)) as Promise<Answer>;
    };
  };
  return {
    append: (drafts, at) => store.append(drafts, at),
    rooms: share('rooms', () => store.rooms()),
    head: share('head', (room) => store.head(room)),
    overview: (read, reader) => store.overview(read, reader),
    after: share('after', (room, seq, limit) => store.after(room, seq, limit)),
    before: share('before', (room, seq, limit) => store.before(room, seq, limit)),
    historyBefore: share('historyBefore', (room, seq, limit) => store.historyBefore(room, seq, limit)),
    startOfNewest: share('startOfNewest', (room, count) => store.startOfNewest(room, count)),
    find: share('find', (room, id) => store.find(room, id)),
    onCommit: (ring) => store.onCommit(ring),
    heads: (rooms) => store.heads!(rooms),
  };
}

/** Returns the answer of a read that begins now or later. */
function shared(reads: Map<string, Reads>, key: string, read: () => Promise<unknown>): Promise<unknown> {
  const running = reads.get(key);
  if (running) return (running.next ??= running.current.then(begin, begin));
  return begin();

  function begin(): Promise<unknown> {
    const current = read();
    const entry: Reads = { current, next: undefined };
    reads.set(key, entry);
    const end = (): void => {
      if (entry.next === undefined) reads.delete(key);
    };
    current.then(end, end);
    return current;
  }
}
