import type { Cursor } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { rememberTransport, transports, type Transport } from '../connection/transports.js';
import { seqOf } from '../timeline/cursor.js';
import { words } from 'shared/words';

/** The menu behind the status: how far the room has been read, over which transport, and the choice of another. */
export class ConnectionDetails {
  private readonly details: HTMLDetailsElement;
  private readonly line: HTMLElement;
  private seq = 0;
  private transport: Transport | undefined;
  private waiting = 0;

  /**
   * @param chosen the selected transport; `undefined` for an automatic choice.
   * @param onChoice gets the new choice when the person changes it.
   */
  constructor(
    root: HTMLElement,
    chosen: Transport | undefined,
    onChoice: (transport: Transport | undefined) => void,
  ) {
    this.details = find(root, 'details');
    this.line = find(root, '.connection-line');
    const select = find<HTMLSelectElement>(root, 'select');
    for (const transport of transports)
      select.add(new Option(capitalize(words.transports[transport]), transport));
    select.value = chosen ?? '';
    select.addEventListener('change', () => {
      const transport = transports.find((name) => name === select.value);
      rememberTransport(transport);
      onChoice(transport);
    });
    this.closeAutomatically();
  }

  /** Shows how far the room has been read. */
  setCursor(cursor: Cursor): void {
    this.seq = seqOf(cursor);
    this.render();
  }

  setTransport(transport: Transport | undefined): void {
    this.transport = transport;
    this.render();
  }

  /** Shows how many drafts are waiting. */
  setWaiting(waiting: number): void {
    this.waiting = waiting;
    this.render();
  }

  private render(): void {
    const parts = [
      words.readUpTo(this.seq),
      this.transport ? words.overTransport(words.transports[this.transport]) : words.notConnected,
      this.waiting > 0 && words.waitingCount(this.waiting),
    ];
    this.line.textContent = parts.filter(Boolean).join(' · ');
  }

  private closeAutomatically(): void {
    const { details } = this;
    document.addEventListener('pointerdown', ({ target }) => {
      if (target instanceof Node && !details.contains(target)) details.open = false;
    });
    details.addEventListener('focusout', ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !details.contains(relatedTarget)) details.open = false;
    });
    details.addEventListener('keydown', ({ key }) => {
      if (key !== 'Escape' || !details.open) return;
      details.open = false;
      find(details, 'summary').focus();
    });
  }
}

function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
