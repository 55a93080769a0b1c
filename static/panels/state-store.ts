import { describePage, type PageState, type PageView } from './page-state.js';

/** How often what time alone changes is brought up to date, in milliseconds. */
const TICK = 500;

/** The condition of the page, and what is shown of it: all changes go through here. */
export class StateStore {
  private state: PageState;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param show is called with every change, and while time changes something. */
  constructor(
    rules: Pick<PageState, 'locked' | 'slow' | 'moderates' | 'muted'>,
    private readonly show: (description: PageView) => void,
  ) {
    const [now, none] = [Date.now(), undefined];
    const connection = {
      live: none,
      lastLive: none,
      retryAt: none,
      refusal: none,
      lostAt: now,
      online: true,
    };
    this.state = { ...rules, ...connection, waiting: 0, waitingAt: now, heldUntil: none };
  }

  update(change: Partial<Omit<PageState, 'lastLive' | 'lostAt' | 'online' | 'waitingAt'>>): void {
    const before = this.state;
    const after = { ...before, ...change };
    if (before.live && !after.live) after.lostAt = Date.now();
    if (!before.waiting && after.waiting) after.waitingAt = Date.now();
    after.lastLive = after.live ?? before.lastLive;
    this.state = after;
    this.render();
  }

  private render(): void {
    clearTimeout(this.timer);
    this.state.online = navigator.onLine;
    const description = describePage(this.state, Date.now());
    this.show(description);
    if (description.changesWithTime) this.timer = setTimeout(() => this.render(), TICK);
  }
}
