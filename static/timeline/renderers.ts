import type { Entry, EntryOf, EntryType } from '../../server/wire.js';
import type { Timeline } from './timeline.js';

/*
 * The registry of renderers: how the page shows each kind of entry. server/entry-kinds.ts defines the kinds, and
 * views/entries/ renders those of the history for the first paint.
 */

/** Shows one kind of entry. */
interface Renderer<Shown = Entry> {
  /** Whether it is a message: it counts as unread, and its writer no longer counts as typing. */
  isMessage?: boolean;
  /** Shows it in its place; without this, it appears only in the log. */
  show?: (timeline: Timeline, entry: Shown) => void;
  /** Applies it to earlier entries, whether or not its own place is on the page. */
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

/** The kinds that the page knows, which are also the names of their events. */
export const entryTypes: readonly string[] = [...byType.keys()];

/** Whether an entry is a message. */
export function isMessage({ type }: Entry): boolean {
  return byType.get(type)?.isMessage ?? false;
}

/** Shows an entry in its place and applies it to earlier ones. Unknown kinds are skipped. */
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
