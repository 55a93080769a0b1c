import type { Person } from '../../server/wire.js';
import { isolate } from '../browser/text.js';
import { displayName } from 'shared/appearance';
import { words } from 'shared/words';

/** How long a typing event counts, in milliseconds. */
const DURATION = 4000;

/** How many people are named; the others are counted. */
const NAMED_MAX = 2;

/** The line that names the people who are typing. */
export class TypingLine {
  private readonly typing = new Map<string, { name: string; timer: ReturnType<typeof setTimeout> }>();

  constructor(
    private readonly line: HTMLElement,
    private readonly me: Person,
  ) {}

  /** Shows that a person is typing, unless it is this visitor. */
  add(person: Person): void {
    const { visitor } = person;
    if (visitor === this.me.visitor) return;
    clearTimeout(this.typing.get(visitor)?.timer);
    this.typing.set(visitor, {
      name: displayName(person, words.anonymous),
      timer: setTimeout(() => this.remove(visitor), DURATION),
    });
    this.show();
  }

  /** Removes a person who has sent a message or stopped typing. */
  remove(visitor: string): void {
    clearTimeout(this.typing.get(visitor)?.timer);
    if (this.typing.delete(visitor)) this.show();
  }

  private show(): void {
    this.line.textContent = sentence([...this.typing.values()].map(({ name }) => name));
  }
}

function sentence(names: string[]): string {
  const named = names.slice(0, NAMED_MAX).map(isolate);
  return named.length > 0 ? words.typing(named, names.length - named.length) : '';
}
