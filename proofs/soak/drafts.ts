import type { Dice } from './random-source';
import type { Draft } from './write-outcomes';

const WORDS =
  'the quick brown fox лисица перепрыгнула 快速的棕色狐狸 🦊 <b>&amp;</b> "quoted" \\ line\nend \u2028'.split(
    ' ',
  );

/** Something new to say: mostly short, sometimes long, now and then with what is hard to carry. */
export function newDraft(dice: Dice, rooms: readonly string[]): Draft {
  const words = dice.chance(0.01) ? 400 : 1 + dice.below(10);
  const text = Array.from({ length: words }, () => dice.pick(WORDS)).join(' ');
  return { room: dice.pick(rooms), id: dice.uuid(), message: `${dice.below(1e6)} ${text}` };
}

/** Something that must be refused. */
export function badDraft(dice: Dice, rooms: readonly string[]): Draft {
  const message = dice.pick(['', '   ', 'bell \u0007', 'x'.repeat(4_001)]);
  return { room: dice.pick(rooms), id: dice.uuid(), message };
}
