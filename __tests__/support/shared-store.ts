import type { Store } from '../../server/log/store';

/** Returns a view of a store as one node sees a store that others write to as well, with every bell lost. */
export function sharedWithoutBells(store: Store): Store & Required<Pick<Store, 'heads'>> {
  return {
    append: (drafts, at) => store.append(drafts, at),
    rooms: () => store.rooms(),
    head: (room) => store.head(room),
    overview: (read, reader) => store.overview(read, reader),
    after: (room, seq, limit) => store.after(room, seq, limit),
    before: (room, seq, limit) => store.before(room, seq, limit),
    historyBefore: (room, seq, limit) => store.historyBefore(room, seq, limit),
    startOfNewest: (room, count) => store.startOfNewest(room, count),
    find: (room, id) => store.find(room, id),
    onCommit: () => undefined,
    heads: async (rooms) =>
      new Map(await Promise.all(rooms.map(async (room) => [room, await store.head(room)] as const))),
  };
}
