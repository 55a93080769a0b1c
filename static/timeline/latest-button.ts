import { words } from 'shared/words';

/** The button above the composer that leads to the newest message, and counts those that were missed. */
export class LatestButton {
  private missed = 0;

  /** @param onClick gets whether the button was pressed by keyboard. */
  constructor(
    private readonly button: HTMLButtonElement,
    onClick: (byKeyboard: boolean) => void,
  ) {
    // Leaves the focus in the message box.
    button.addEventListener('mousedown', (event) => event.preventDefault());
    button.addEventListener('click', ({ detail }) => onClick(detail === 0));
  }

  /** Adds to the number of missed messages; {@link update} shows it. */
  addMissed(count: number): void {
    this.missed += count;
  }

  /**
   * Shows or hides the button.
   * @param atEnd whether the newest message is visible, so that none is missed.
   * @param isFar whether the end is so far away that the button appears even if none is.
   */
  update(atEnd: boolean, isFar: boolean): void {
    if (atEnd) this.missed = 0;
    this.button.hidden = this.missed === 0 && !isFar;
    // Screen readers announce the text whenever it is set.
    if (this.button.textContent !== this.text) this.button.textContent = this.text;
    this.button.classList.toggle('news', this.missed > 0);
  }

  private get text(): string {
    return `${this.missed === 0 ? words.latest : words.newMessages(this.missed)} ↓`;
  }
}
