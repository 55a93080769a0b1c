import type { Entry, EntryOf, EntryType } from '../../server/wire.js';
import type { Timeline } from './timeline.js';

/*
 * The registry of how the page shows each kind of entry. What a kind is stands in server/entry-kinds.ts; the first
 * paint, for kinds that are in history, in views/entries/.
 */

/** How the page shows one kind of entry. */
interface Renderer<Shown = Entry> {
  /** Whether somebody wrote it to be read: it counts as unread, and ends the notice that they are typing. */
  isMessage?: boolean;
  /** Shows it at its own place; without this, it has a place in the log, and none on the page. */
  show?: (timeline: Timeline, entry: Shown) => void;
  /** Changes earlier entries, whether or not its own place is on the page. */
  apply?: (timeline: Timeline, entry: Shown) => void;
}

const RENDERERS: { readonly [Type in EntryType]: Renderer<EntryOf<Type>> } = {
  new_message: {
    isMessage: true,
    show: (timeline, entry) => timeline.show(entry),
  },
  deleted_message: {
    show: (timeline, entry) => timeline.show({ message: '', ...entry }),
    apply: (timeline, { id }) => timeline.erase(id),
  },
  delete_message: {
    apply: (timeline, { target }) => timeline.erase(target),
  },
};

const byType = new Map(Object.entries(RENDERERS as Record<string, unknown> as Record<string, Renderer>));

/** The kinds that the page shows: the names of the events that it listens for. */
export const entryTypes: readonly string[] = [...byType.keys()];

/** Whether somebody wrote an entry to be read. */
export function isMessage({ type }: Entry): boolean {
  return byType.get(type)?.isMessage ?? false;
}

/** Shows an entry at its place, with all that it changes. Entries of unknown kinds are skipped. */
export function showEntry(timeline: Timeline, entry: Entry): void {
  const renderer = byType.get(entry.type);
  renderer?.apply?.(timeline, entry);
  renderer?.show?.(timeline, entry);
}

/** Applies an entry whose own place is not on the page. */
export function applyEntry(timeline: Timeline, entry: Entry): void {
  byType.get(entry.type)?.apply?.(timeline, entry);
  timeline.markStored(entry.id);
}
