import { formatCursor, parseCursor, type Position } from '../../server/log/cursor';
import { isErasing } from '../../server/log/entry';
import { brief, SimulatedReader, type Manner } from './reader';
import type { Kind } from './scenario';
import type { World } from './world';

/** The most readers at a time. */
const READERS = 8;
/** The text of a message that takes most of a page. */
const LONG_TEXT = 'x'.repeat(40_000);
/** How many messages another process may commit at once: more than the log reads at once. */
const BURST = 300;
const MANNERS: readonly Manner[] = ['stalls', 'stalls', 'leaves', 'throws'];

type Make = (world: World, which: number, how: number) => void;

/** What each move does, apart from those that let things happen; see `Simulation`. */
export const MOVES: Record<Exclude<Kind, 'happen' | 'tick' | 'rest'>, Make> = {
  write({ writers, rooms }, which, how) {
    writers.send(writers.draft(pick(rooms, which)!, how % 8 === 7 ? LONG_TEXT : ''));
  },

  retry({ writers }, which, how) {
    const sent = pickNewest(writers.sent, which);
    if (!sent) return;
    if (how % 4 !== 3 || isErasing(sent.draft)) writers.sendAgain(sent);
    else writers.send({ ...writers.draft(sent.draft.room, ''), id: sent.draft.id }, sent.floor);
  },

  remove({ writers }, which) {
    const messages = writers.sent.filter(({ draft }) => !isErasing(draft));
    const sent = pickNewest(messages, which);
    if (sent) writers.send(writers.deletion(sent.draft));
  },

  join(world, which, how) {
    const { log, rooms, readers, scheduler, observer } = world;
    if (readers.filter(({ isFollowing }) => isFollowing).length >= READERS) return;
    const room = pick(rooms, which)!;
    const reader = new SimulatedReader(
      `reader ${readers.length + 1}`,
      room,
      how % 4 === 3,
      which % 8 === 7,
      scheduler,
      observer,
    );
    readers.push(reader);
    const follow = (position: Position) =>
      reader.enter(position, (cursor) => log.follow(room, cursor, reader));
    const strange = strangePlace(world, room, how);
    if (strange) return follow(strange);
    const last = how % 3 === 1 ? which % 12 : 0;
    const start = log.start(room, { last, ...(how % 3 === 2 && { after: 'earliest' as const }) });
    world.expect(start, (cursor) => follow(parseCursor(cursor)));
  },

  leave({ readers }, which) {
    pick(
      readers.filter(({ isLive }) => isLive),
      which,
    )?.leave();
  },

  comeBack({ log, readers, scheduler, observer }, which, how) {
    const gone = pick(
      readers.filter(({ isLive, position }) => !isLive && position),
      which,
    );
    if (!gone) return;
    const { room, name } = gone;
    const again = new SimulatedReader(name, room, how % 4 === 3, false, scheduler, observer);
    readers[readers.indexOf(gone)] = again;
    again.enter(gone.position!, (cursor) => log.follow(room, cursor, again));
  },

  misbehave({ readers }, which, how) {
    const reader = pick(
      readers.filter(({ isLive }) => isLive),
      which,
    );
    if (reader) reader.manner = pick(MANNERS, how)!;
  },

  poll(world, which, how) {
    const { log, observer, scheduler, rooms } = world;
    const room = pick(rooms, which)!;
    const position = somePlace(world, room, which, how);
    const question = observer.ask(room, position);
    const limit = 1 + (how % 7) * 3;
    world.expect(log.after(room, formatCursor(position.epoch, position.seq), limit), (step) => {
      scheduler.trace?.push(`  a poll after ${position.seq} gets ${brief(step)}`);
      observer.checkAfter('a poll', question, step);
      if (step.type === 'page' && step.entries.length > limit)
        observer.find('page', 'a poll got too many entries');
    });
  },

  readBack(world, which, how) {
    const { log, observer, scheduler, rooms } = world;
    const room = pick(rooms, which)!;
    const position = somePlace(world, room, which, how);
    const question = observer.ask(room, position);
    world.expect(log.before(room, formatCursor(position.epoch, position.seq), 1 + (how % 5)), (step) => {
      scheduler.trace?.push(`  history before ${position.seq} gets ${brief(step)}`);
      observer.checkBefore('history', question, step);
    });
  },

  readNewest(world, which, how) {
    const { log, observer, scheduler, rooms } = world;
    const room = pick(rooms, which)!;
    const question = observer.ask(room, { epoch: '', seq: Infinity });
    world.expect(log.page(room, { last: 1 + (how % 8) }, 1 + (how >> 5)), (step) => {
      const { epoch } = parseCursor(step.cursor);
      scheduler.trace?.push(`  the newest of ${room} are ${brief(step)}`);
      observer.checkBefore('the newest', { ...question, position: { epoch, seq: Infinity } }, step);
    });
  },

  find(world, which) {
    const { log, observer, scheduler, store, writers } = world;
    const sent = pickNewest(writers.sent, which);
    if (!sent) return;
    const { room, id } = sent.draft;
    const { step } = scheduler;
    const { epoch } = store;
    const wasAcknowledged = sent.state === 'acknowledged';
    world.expect(log.find(room, id), (entry) => {
      if (entry)
        observer.checkEntry('find', { room, step }, entry, parseCursor(entry.cursor).epoch, entry.seq);
      else if (wasAcknowledged && epoch === store.epoch && store.room(room).earliest === 0) {
        observer.find('I1', `${id} was acknowledged and is not found`);
      }
    });
  },

  writeElsewhere({ writers, store, rooms }, which, how) {
    const room = pick(rooms, which)!;
    const count = how % 8 === 7 ? BURST : 1 + (how % 3);
    store.commitElsewhere(
      Array.from({ length: count }, () => writers.draft(room, '')),
      which,
    );
  },

  trim({ store, rooms }, which, how) {
    const room = pick(rooms, which)!;
    // Some of what is there, most often the less; in the end all of it.
    const { earliest, entries } = store.room(room);
    store.trim(room, earliest + Math.ceil(((entries.length - earliest) * (how % 8)) / 7));
  },

  restore({ store, writers, observer }, which) {
    store.restore(which % 6);
    writers.restored();
    observer.restored();
  },
};

/** Foreign, future, or as far back as one may ask; or none of these. */
function strangePlace({ store }: World, room: string, how: number): Position | undefined {
  const { epoch } = store;
  const head = store.room(room).entries.length;
  if (how % 16 === 13) return { epoch: 'foreign', seq: head };
  if (how % 16 === 14) return { epoch, seq: head + 1 + (how >> 4) };
  if (how % 16 === 15) return { epoch, seq: how >> 4 };
  return undefined;
}

function somePlace(world: World, room: string, which: number, how: number): Position {
  const strange = strangePlace(world, room, how);
  if (strange) return strange;
  const head = world.store.room(room).entries.length;
  return {
    epoch: world.store.epoch,
    seq: which % 2 ? Math.max(0, head - (which >> 4)) : Math.floor((head * which) / 256),
  };
}

function pick<T>(list: readonly T[], which: number): T | undefined {
  return list[which % list.length];
}

/** One of a list, the newer ones more often. */
function pickNewest<T>(list: readonly T[], which: number): T | undefined {
  return list[list.length - 1 - (which % Math.min(list.length, 2 + (which >> 4)))];
}
