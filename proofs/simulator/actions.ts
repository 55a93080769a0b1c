import { parseCursor, type Position } from '../../server/log/cursor';
import { isErasing } from '../../server/log/entry';
import { cursorOf } from './checker';
import type { Environment, Node } from './environment';
import { SimulatedReader, summarize, type ReaderFault } from './reader';
import type { ActionKind } from './scenario';

/** The most readers at a time. */
const MAX_READERS = 8;
/** The text of a message that takes most of a page. */
const LONG_TEXT = 'x'.repeat(40_000);
/** How many messages another process may commit at once: more than the log reads at once. */
const BURST = 300;
/** Stalls are twice as likely as the others: only after a stall does the reader continue. */
const READER_FAULTS: readonly ReaderFault[] = ['stall', 'stall', 'leave', 'throw'];

type Perform = (environment: Environment, selector: number, variant: number) => void;

/** Performs each kind of action, except those that only run due events; see `Simulation`. */
export const ACTIONS: Record<Exclude<ActionKind, 'runNext' | 'advanceToInterval' | 'quiesce'>, Perform> = {
  write({ writers, rooms }, selector, variant) {
    writers.send(writers.createMessage(pick(rooms, selector)!, variant % 8 === 7 ? LONG_TEXT : ''));
  },

  resend({ writers }, selector, variant) {
    const sent = pickNewer(writers.sent, selector);
    if (!sent) return;
    const { draft, precedingSeq } = sent;
    if (variant % 4 !== 3 || isErasing(draft)) writers.resend(sent);
    else writers.send({ ...writers.createMessage(draft.room), id: draft.id }, precedingSeq);
  },

  delete({ writers }, selector) {
    const messages = writers.sent.filter(({ draft }) => !isErasing(draft));
    const sent = pickNewer(messages, selector);
    if (sent) writers.send(writers.createDeletion(sent.draft));
  },

  join(environment, selector, variant) {
    const { rooms, readers, scheduler, checker } = environment;
    if (readers.filter(({ isFollowing }) => isFollowing).length >= MAX_READERS) return;
    const room = pick(rooms, selector)!;
    const name = `reader ${readers.length + 1}`;
    const node = pickNode(environment, selector, variant);
    const options = { name, room, node, isSlow: variant % 4 === 3, isLongPoll: selector % 8 === 7 };
    const reader = new SimulatedReader(options, scheduler, checker);
    readers.push(reader);
    const unusual = pickUnusualPosition(environment, room, variant);
    if (unusual) return reader.start(unusual);
    const last = variant % 3 === 1 ? selector % 12 : 0;
    const start = node.log.start(room, { last, ...(variant % 3 === 2 && { after: 'earliest' as const }) });
    environment.handleRead(start, (cursor) => reader.start(parseCursor(cursor)));
  },

  leave({ readers }, selector) {
    pick(
      readers.filter(({ isLive }) => isLive),
      selector,
    )?.leave();
  },

  rejoin(environment, selector, variant) {
    const { readers, scheduler, checker } = environment;
    const predecessor = pick(
      readers.filter(({ isLive, position }) => !isLive && position),
      selector,
    );
    if (!predecessor) return;
    const { room, name } = predecessor;
    const node = pickNode(environment, selector, variant);
    const options = { name, room, node, isSlow: variant % 4 === 3, isLongPoll: false };
    const reader = new SimulatedReader(options, scheduler, checker);
    readers[readers.indexOf(predecessor)] = reader;
    reader.start(predecessor.position!);
  },

  injectReaderFault({ readers }, selector, variant) {
    const reader = pick(
      readers.filter(({ isLive }) => isLive),
      selector,
    );
    if (reader) reader.fault = pick(READER_FAULTS, variant)!;
  },

  poll(environment, selector, variant) {
    const { checker, scheduler, rooms } = environment;
    const { log } = pickNode(environment, selector, variant);
    const room = pick(rooms, selector)!;
    const position = pickPosition(environment, room, selector, variant);
    const read = checker.startRead(room, position);
    const limit = 1 + (variant % 7) * 3;
    const cursor = cursorOf(position);
    environment.handleRead(log.after(room, cursor, limit), (result) => {
      scheduler.trace?.push(`  a poll after ${position.seq} gets ${summarize(result)}`);
      checker.checkForward('a poll', read, result);
      if (result.type === 'page' && result.entries.length > limit) {
        checker.report('page', `a poll for ${limit} entries got ${result.entries.length}`);
      }
    });
  },

  readBack(environment, selector, variant) {
    const { checker, scheduler, rooms } = environment;
    const { log } = pickNode(environment, selector, variant);
    const room = pick(rooms, selector)!;
    const position = pickPosition(environment, room, selector, variant);
    const read = checker.startRead(room, position);
    const cursor = cursorOf(position);
    environment.handleRead(log.before(room, cursor, 1 + (variant % 5)), (result) => {
      scheduler.trace?.push(`  history before ${position.seq} is ${summarize(result)}`);
      checker.checkBackward('history', read, result);
    });
  },

  readNewest(environment, selector, variant) {
    const { checker, scheduler, rooms } = environment;
    const { log } = pickNode(environment, selector, variant);
    const room = pick(rooms, selector)!;
    const read = checker.startRead(room, { epoch: '', seq: Infinity });
    const newest = log.page(room, { last: 1 + (variant % 8) }, 1 + (variant >> 5));
    environment.handleRead(newest, (result) => {
      const { epoch } = parseCursor(result.cursor);
      scheduler.trace?.push(`  the newest of ${room} are ${summarize(result)}`);
      checker.checkBackward('the newest', { ...read, position: { epoch, seq: Infinity } }, result);
    });
  },

  find(environment, selector, variant) {
    const { checker, scheduler, model, writers } = environment;
    const { log } = pickNode(environment, selector, variant);
    const sent = pickNewer(writers.sent, selector);
    if (!sent) return;
    const { room, id } = sent.draft;
    const { step } = scheduler;
    const { restores } = model;
    const wasAcknowledged = sent.state === 'acknowledged';
    environment.handleRead(log.find(room, id), (entry) => {
      if (entry) {
        checker.checkEntry('find', { room, step }, entry, entry.seq);
      } else if (wasAcknowledged && restores === model.restores && model.room(room).earliest === 0) {
        checker.report('I1', `${id} was acknowledged, and is not found`);
      }
    });
  },

  writeElsewhere({ writers, nodes, rooms }, selector, variant) {
    const room = pick(rooms, selector)!;
    const count = variant % 8 === 7 ? BURST : 1 + (variant % 3);
    const messages = Array.from({ length: count }, () => writers.createMessage(room));
    nodes[0]!.store.commitElsewhere(messages, selector);
  },

  trim({ model, rooms }, selector, variant) {
    const room = pick(rooms, selector)!;
    const { earliest, entries } = model.room(room);
    // From nothing to everything, in sevenths.
    model.trim(room, earliest + Math.ceil(((entries.length - earliest) * (variant % 8)) / 7));
  },

  restore({ nodes, writers, checker }, selector, variant) {
    nodes[0]!.store.restore(selector % 6, variant % 4 === 3);
    writers.forgetDrafts();
    checker.forgetDeletions();
  },
};

/** Returns a foreign, future, forked or old position; for most variants, none. */
function pickUnusualPosition({ model }: Environment, room: string, variant: number): Position | undefined {
  const { epoch } = model;
  const head = model.room(room).entries.length;
  if (variant % 16 === 12) return { epoch, seq: Math.max(1, head), hash: 'f'.repeat(12) };
  if (variant % 16 === 13) return { epoch: 'foreign', seq: head };
  if (variant % 16 === 14) return { epoch, seq: head + 1 + (variant >> 4) };
  if (variant % 16 === 15) return { epoch, seq: variant >> 4 };
  return undefined;
}

/** Picks the node that is asked. */
function pickNode(environment: Environment, selector: number, variant: number): Node {
  return environment.node((selector >> 2) + (variant >> 3));
}

function pickPosition(environment: Environment, room: string, selector: number, variant: number): Position {
  const unusual = pickUnusualPosition(environment, room, variant);
  if (unusual) return unusual;
  const { model } = environment;
  const head = model.room(room).entries.length;
  const isNearHead = selector % 2 === 1;
  const seq = isNearHead ? Math.max(0, head - (selector >> 4)) : Math.floor((head * selector) / 256);
  return parseCursor(model.cursorAt(room, seq));
}

function pick<T>(list: readonly T[], selector: number): T | undefined {
  return list[selector % list.length];
}

/** Picks an element, with a preference for the last ones. */
function pickNewer<T>(list: readonly T[], selector: number): T | undefined {
  return list[list.length - 1 - (selector % Math.min(list.length, 2 + (selector >> 4)))];
}
