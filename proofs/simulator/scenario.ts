import fc, { type Arbitrary } from 'fast-check';

/** How often each kind of action occurs, relative to the sum. Shrinking tends towards the first. */
const WEIGHTS = {
  /** Runs an event, an immediate or a timeout that is due. */
  runNext: 60,
  write: 14,
  /** Sends a draft again, sometimes with another body. */
  resend: 5,
  delete: 6,
  join: 8,
  leave: 2,
  /** A reader that has left resumes from its cursor. */
  rejoin: 4,
  /** A reader stalls, leaves or fails at its next page. */
  injectReaderFault: 4,
  poll: 6,
  readBack: 3,
  readNewest: 2,
  find: 1,
  /** The clock advances to the next interval: the log's heartbeat. */
  advanceToInterval: 2,
  /** Another process commits messages. */
  writeElsewhere: 3,
  /** Runs all due events, and checks that every reader is at the head. */
  quiesce: 1,
  trim: 1,
  restore: 1,
} as const;

export type ActionKind = keyof typeof WEIGHTS;

/**
 * An action of a run.
 * - `selector` picks the room, reader, message or event that it concerns.
 * - `variant` picks how it is done, or its outcome.
 */
export type Action = [kind: ActionKind, selector: number, variant: number];

/** All that is random in a run. */
export interface Scenario {
  /** How many logs share the store; with one, the store is not shared. */
  nodes: number;
  rooms: number;
  /** How many of the newest entries of each room the log caches. */
  cachedEntries: number;
  /** The memory of the caches of all rooms, in bytes. */
  memoryBytes: number;
  /** How many entries the first room has at the start. */
  initialEntries: number;
  actions: Action[];
}

/** The kinds of actions of a run: with fewer kinds, more of their interactions occur. */
const WORKLOADS: readonly ActionKind[][] = [
  Object.keys(WEIGHTS) as ActionKind[],
  ['runNext', 'write', 'writeElsewhere', 'join', 'leave', 'rejoin', 'advanceToInterval'],
  ['runNext', 'write', 'resend', 'delete', 'join', 'rejoin', 'injectReaderFault', 'poll', 'readNewest', 'find'],
  ['runNext', 'write', 'writeElsewhere', 'join', 'rejoin', 'poll', 'readBack', 'readNewest', 'trim', 'restore'],
  ['runNext', 'write', 'writeElsewhere', 'delete', 'join', 'rejoin', 'poll'],
]; // prettier-ignore
/** The most actions of a run: most bugs need few, and many short runs find more than a few long ones. */
const MAX_ACTIONS = 120;

const number = fc.nat(255);

function actionsOf(kinds: readonly ActionKind[]): Arbitrary<Action[]> {
  const weighted = kinds.flatMap((kind) => Array.from({ length: WEIGHTS[kind] }, () => kind));
  const action = fc.tuple(fc.constantFrom(...weighted), number, number);
  return fc.array(action, { maxLength: MAX_ACTIONS, size: 'max' });
}

export const scenario: Arbitrary<Scenario> = fc.record({
  nodes: fc.constantFrom(1, 1, 2, 3),
  rooms: fc.constantFrom(1, 1, 2, 3),
  // Small, so that readers often need the store; and larger than the log's first read and than one of its pages.
  cachedEntries: fc.constantFrom(1, 2, 4, 4, 8, 16, 80, 300),
  // From more than a run can fill to little more than the limit of one room.
  memoryBytes: fc.constantFrom(1e9, 2_200_000),
  initialEntries: fc.constantFrom(0, 0, 0, 0, 3, 3, 10, 10, 90, 600),
  actions: fc.oneof(...WORKLOADS.map(actionsOf)),
});
