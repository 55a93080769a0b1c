import { describe, type PageState, type Description } from './page-state.js';

/** How often what time alone changes is brought up to date, in milliseconds. */
const TICK = 500;

/** The condition of the page, and what is shown of it: all changes go through here. */
export class StateStore {
  private condition: PageState;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param show is called with every change, and while time changes something. */
  constructor(
    rules: Pick<PageState, 'locked' | 'slow' | 'moderates' | 'muted'>,
    private readonly show: (description: Description) => void,
  ) {
    const [now, none] = [Date.now(), undefined];
    const connection = {
      live: none,
      lastLive: none,
      retryAt: none,
      refusal: none,
      awayAt: now,
      online: true,
    };
    this.condition = { ...rules, ...connection, waiting: 0, waitingAt: now, heldUntil: none };
  }

  update(change: Partial<Omit<PageState, 'lastLive' | 'awayAt' | 'online' | 'waitingAt'>>): void {
    const before = this.condition;
    const after = { ...before, ...change };
    if (before.live && !after.live) after.awayAt = Date.now();
    if (!before.waiting && after.waiting) after.waitingAt = Date.now();
    after.lastLive = after.live ?? before.lastLive;
    this.condition = after;
    this.render();
  }

  private render(): void {
    clearTimeout(this.timer);
    this.condition.online = navigator.onLine;
    const description = describe(this.condition, Date.now());
    this.show(description);
    if (description.changes) this.timer = setTimeout(() => this.render(), TICK);
  }
}
