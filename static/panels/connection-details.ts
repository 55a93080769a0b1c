import { find } from '../browser/dom.js';
import { rememberTransport, transportNames, transports, type Transport } from '../connection/transports.js';

/** What is behind the status: how far the room has been read, over which way, and the choice of another. */
export class ConnectionDetails {
  private readonly details: HTMLDetailsElement;
  private readonly line: HTMLElement;
  private seq = 0;
  private transport: Transport | undefined;
  private waiting = 0;

  /** @param use is given the way that the person chose, or none for the best. */
  constructor(root: HTMLElement, chosen: Transport | undefined, use: (way: Transport | undefined) => void) {
    this.details = find(root, 'details');
    this.line = find(root, '.standing');
    const select = find<HTMLSelectElement>(root, 'select');
    for (const way of transports) select.add(new Option(capital(transportNames[way]), way));
    select.value = chosen ?? '';
    select.addEventListener('change', () => {
      const way = transports.find((one) => one === select.value);
      rememberTransport(way);
      use(way);
    });
    this.closeByItself();
  }

  /** All of the room is here, up to this place in its count. */
  setSeq(seq: number): void {
    this.seq = seq;
    this.write();
  }

  setTransport(way: Transport | undefined): void {
    this.transport = way;
    this.write();
  }

  /** So many messages are on their way. */
  setWaiting(waiting: number): void {
    this.waiting = waiting;
    this.write();
  }

  private write(): void {
    const parts = [
      `Read up to #${this.seq}`,
      this.transport ? `over ${transportNames[this.transport]}` : 'not connected',
      this.waiting > 0 && `${this.waiting} waiting`,
    ];
    this.line.textContent = parts.filter(Boolean).join(' · ');
  }

  private closeByItself(): void {
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

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
