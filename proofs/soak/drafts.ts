import { MESSAGE_MAX } from '../../server/entry-kinds';
import type { RandomSource } from './random-source';
import type { Draft } from './write-outcomes';

const WORDS =
  'the quick brown fox лисица перепрыгнула 快速的棕色狐狸 🦊 <b>&amp;</b> "quoted" \\ line\nend \u2028'.split(
    ' ',
  );

/** Creates a valid draft: usually short, sometimes long, with text that encoders and parsers get wrong. */
export function createDraft(random: RandomSource, rooms: readonly string[]): Draft {
  const words = random.chance(0.01) ? 400 : 1 + random.below(10);
  const text = Array.from({ length: words }, () => random.pick(WORDS)).join(' ');
  return { room: random.pick(rooms), id: random.uuid(), message: `${random.below(1e6)} ${text}` };
}

/** Creates a draft that the server must refuse. */
export function createInvalidDraft(random: RandomSource, rooms: readonly string[]): Draft {
  const message = random.pick(['', '   ', 'bell \u0007', 'x'.repeat(MESSAGE_MAX + 1)]);
  return { room: random.pick(rooms), id: random.uuid(), message };
}
