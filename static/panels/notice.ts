import { find } from '../browser/dom.js';
import type { PageView } from './page-state.js';

/** The lines above the message box: the rule that limits writing, and when the next draft is sent. */
export class Notice {
  private readonly rule = find(document, '#rule');
  private readonly hold = find(document, '#hold .text');
  private readonly countdown = find(document, '#hold .countdown');

  show({ rule, hold, holdCountdown }: PageView): void {
    // Screen readers announce these whenever they are set, so not every second.
    if (this.rule.textContent !== rule) this.rule.textContent = rule;
    if (this.hold.textContent !== hold) this.hold.textContent = hold;
    this.countdown.textContent = holdCountdown;
  }
}
