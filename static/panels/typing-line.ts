import type { Person } from '../../server/wire.js';
import { displayName } from '../timeline/tag.js';

/** How long somebody counts as typing after the last word of it, in milliseconds. */
const LASTS = 4000;

/** Who is typing. */
export class TypingLine {
  private readonly typing = new Map<string, { name: string; timer: ReturnType<typeof setTimeout> }>();

  constructor(
    private readonly line: HTMLElement,
    private readonly me: Person,
  ) {}

  /** Somebody is typing; of oneself nothing is said. */
  add(person: Person): void {
    const { visitor } = person;
    if (visitor === this.me.visitor) return;
    clearTimeout(this.typing.get(visitor)?.timer);
    this.typing.set(visitor, {
      name: displayName(person),
      timer: setTimeout(() => this.remove(visitor), LASTS),
    });
    this.show();
  }

  /** Somebody has said it, or typed no more. */
  remove(visitor: string): void {
    clearTimeout(this.typing.get(visitor)?.timer);
    if (this.typing.delete(visitor)) this.show();
  }

  private show(): void {
    this.line.textContent = sentence([...this.typing.values()].map(({ name }) => name));
  }
}

function sentence([first, second, ...others]: string[]): string {
  if (!first) return '';
  if (!second) return `${first} is typing…`;
  if (others.length === 0) return `${first} and ${second} are typing…`;
  return `${first}, ${second} and ${others.length} more are typing…`;
}
