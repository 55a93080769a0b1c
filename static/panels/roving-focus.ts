/**
 * Makes the buttons of a list one stop of the Tab key (the one that was used last, or the newest), between which the
 * arrow keys move: the roving tabindex of the ARIA Authoring Practices Guide.
 */
export class RovingFocus {
  constructor(
    private readonly list: HTMLElement,
    private readonly selector: string,
  ) {
    list.addEventListener('keydown', (event) => this.move(event));
    // Only when it matters, so that new messages cost nothing.
    document.addEventListener('keydown', ({ key }) => key === 'Tab' && this.updateTabStop(), true);
  }

  /** Returns the button to focus once this one has disappeared: the first visible one after it, or before it. */
  neighbourOf(button: HTMLElement): () => HTMLElement | undefined {
    const { buttons } = this;
    const at = buttons.indexOf(button);
    const candidates = [...buttons.slice(at + 1), ...buttons.slice(0, at).reverse()];
    return () => candidates.find(isVisible);
  }

  private get buttons(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>(this.selector)].filter(isVisible);
  }

  private move(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const { buttons } = this;
    const at = buttons.indexOf(event.target as HTMLElement);
    if (!step || at < 0) return;
    event.preventDefault();
    buttons[at + step]?.focus();
  }

  private updateTabStop(): void {
    const { buttons } = this;
    const current = buttons.find((button) => button === document.activeElement) ?? buttons.at(-1);
    for (const button of buttons) button.tabIndex = button === current ? 0 : -1;
  }
}

function isVisible(element: HTMLElement): boolean {
  return element.getClientRects().length > 0;
}
