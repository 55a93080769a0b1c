import { find } from '../browser/dom.js';
import type { PageView } from './page-state.js';

/** The lines above the box: the rule that holds for writing, and when what was written is sent. */
export class Notice {
  private readonly rule = find(document, '#rule');
  private readonly words = find(document, '#later .words');
  private readonly countdown = find(document, '#later .countdown');

  show({ rule, hold, holdCountdown }: PageView): void {
    // Screen readers announce these two, and only when they change: not every second.
    if (this.rule.textContent !== rule) this.rule.textContent = rule;
    if (this.words.textContent !== hold) this.words.textContent = hold;
    this.countdown.textContent = holdCountdown;
  }
}
