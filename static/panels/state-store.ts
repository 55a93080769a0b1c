import { describePage, type PageState, type PageView } from './page-state.js';

/** How often the view is updated while time changes it, in milliseconds. */
const TICK = 500;

/** Holds the state of the page, and shows it after every change. */
export class StateStore {
  private state: PageState;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param show is given the view after every change, and while time changes it. */
  constructor(
    initial: Pick<PageState, 'locked' | 'slow' | 'moderates' | 'muted'>,
    private readonly show: (view: PageView) => void,
  ) {
    const now = Date.now();
    this.state = {
      ...initial,
      live: undefined,
      lastLive: undefined,
      lostAt: now,
      online: true,
      retryAt: undefined,
      refusal: undefined,
      waiting: 0,
      waitingAt: now,
      heldUntil: undefined,
    };
  }

  /** Changes a part of the state; the parts that follow from it are computed here. */
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
    const view = describePage(this.state, Date.now());
    this.show(view);
    if (view.changesWithTime) this.timer = setTimeout(() => this.render(), TICK);
  }
}
