import { PAYLOAD_BYTES_MAX, type Topic } from '../../access/bus';

/** How long messages are gathered, in ms. */
const GATHERING_DELAY = 3;
/** The most messages that wait to be sent: 8 MB, if all are as long as they may be. Beyond it the oldest are dropped. */
const WAITING_MAX = 1_000;

/** A message to other processes. */
export interface Message {
  topic: Topic;
  payload: string;
}

/** The messages that wait to be sent: those of a few milliseconds go together, and equal ones once. */
export class Outgoing {
  private waiting = new Map<string, Message>();
  private timer: NodeJS.Timeout | undefined;
  private isSending = false;

  /** @param send sends messages. Those that come while it is under way are sent next; if it fails, the messages are lost. */
  constructor(private readonly send: (messages: Message[]) => Promise<void>) {}

  add(topic: Topic, payload: string): void {
    if (Buffer.byteLength(payload) >= PAYLOAD_BYTES_MAX) throw new RangeError('The message is too long.');
    this.waiting.set(`${topic}\n${payload}`, { topic, payload });
    if (this.waiting.size > WAITING_MAX) this.waiting.delete(this.waiting.keys().next().value!);
    this.timer ??= setTimeout(() => void this.flush(), GATHERING_DELAY).unref();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.waiting.clear();
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    if (this.isSending) return;
    this.isSending = true;
    while (this.waiting.size > 0) {
      const messages = [...this.waiting.values()];
      this.waiting.clear();
      await this.send(messages).catch(() => undefined);
    }
    this.isSending = false;
  }
}
