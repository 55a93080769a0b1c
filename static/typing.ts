import type { Person } from '../server/wire.js';

/** How long somebody counts as typing after the last word of it, in milliseconds. */
const LASTS = 4000;

/** Who is typing. */
export class TypingLine {
  private readonly typing = new Map<string, { username: string; timer: ReturnType<typeof setTimeout> }>();

  constructor(private readonly line: HTMLElement) {}

  /** Somebody is typing. */
  add({ visitor, username }: Person): void {
    clearTimeout(this.typing.get(visitor)?.timer);
    this.typing.set(visitor, { username, timer: setTimeout(() => this.remove(visitor), LASTS) });
    this.show();
  }

  /** Somebody has said it, or typed no more. */
  remove(visitor: string): void {
    clearTimeout(this.typing.get(visitor)?.timer);
    if (this.typing.delete(visitor)) this.show();
  }

  private show(): void {
    this.line.textContent = sentence([...this.typing.values()].map(({ username }) => username));
  }
}

function sentence([first, second, ...others]: string[]): string {
  if (!first) return '';
  if (!second) return `${first} is typing…`;
  if (others.length === 0) return `${first} and ${second} are typing…`;
  return `${first}, ${second} and ${others.length} more are typing…`;
}
