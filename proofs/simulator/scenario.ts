import fc, { type Arbitrary } from 'fast-check';

/** How often each move is made, out of the sum. The first is the plainest: shrinking goes towards it. */
const WEIGHTS = {
  /** Lets something happen that is due. */
  happen: 60,
  write: 14,
  /** Sends a draft again, sometimes with another body. */
  retry: 5,
  remove: 6,
  join: 8,
  leave: 2,
  /** A reader that has left comes back with its cursor. */
  comeBack: 4,
  /** A reader stalls, leaves or fails when it is handed the next news. */
  misbehave: 4,
  poll: 6,
  readBack: 3,
  readNewest: 2,
  find: 1,
  /** Time passes until the next interval: the log's heartbeat. */
  tick: 2,
  writeElsewhere: 3,
  /** Lets everything happen that is due, and checks that every reader is at the head. */
  rest: 1,
  trim: 1,
  restore: 1,
} as const;

export type Kind = keyof typeof WEIGHTS;

/** A move, and two numbers that decide how it is made; see `Simulation`. */
export type Move = [kind: Kind, which: number, how: number];

/** All that is random in a run. */
export interface Scenario {
  /** How many rooms there are, and how many of the newest entries of each the log keeps in memory. */
  rooms: number;
  kept: number;
  /** How many bytes the log keeps of all rooms. */
  memory: number;
  /** How many entries the first room has before. */
  history: number;
  moves: Move[];
}

/** Which moves a run is made of: with fewer kinds, more of what they do to each other comes about. */
const MIXES: readonly Kind[][] = [
  Object.keys(WEIGHTS) as Kind[],
  ['happen', 'write', 'writeElsewhere', 'join', 'leave', 'comeBack', 'tick'],
  ['happen', 'write', 'retry', 'remove', 'join', 'comeBack', 'misbehave', 'poll', 'readNewest', 'find'],
  [
    'happen',
    'write',
    'writeElsewhere',
    'join',
    'comeBack',
    'poll',
    'readBack',
    'readNewest',
    'trim',
    'restore',
  ],
];
/** The most moves of a run: most of what can be found takes few, and shorter runs are quicker to look through. */
const MOVES = 120;

const number = fc.nat(255);

function movesOf(kinds: readonly Kind[]): Arbitrary<Move[]> {
  const weighted = kinds.flatMap((kind) => Array.from({ length: WEIGHTS[kind] }, () => kind));
  return fc.array(fc.tuple(fc.constantFrom(...weighted), number, number), { maxLength: MOVES, size: 'max' });
}

export const scenario: Arbitrary<Scenario> = fc.record({
  rooms: fc.constantFrom(1, 1, 2, 3),
  // Small, so that readers are often behind what is kept; and larger than what is read at first, and in one part.
  kept: fc.constantFrom(1, 2, 4, 4, 8, 16, 80, 300),
  // From little more than one room may take up, to more than a run can fill.
  memory: fc.constantFrom(1e9, 2_200_000),
  history: fc.constantFrom(0, 0, 0, 0, 3, 3, 10, 10, 90, 600),
  moves: fc.oneof(...MIXES.map(movesOf)),
});
