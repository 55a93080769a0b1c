import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { frame } from '../../../__tests__/support/raw';
import { QUIET_ROOM } from '../../soak/transports/transport';
import { findOccurrences, open, receiveBuffer } from './raw-client';

const TEXT = 'x'.repeat(97);
/** A sender's number in a message: a mark, and the digits after it. */
const MARK = '<#';
const DIGITS = 3;

/** Sends messages that bear its number, each in flight until it is acknowledged. */
export class MarkedSender {
  /** When each message was sent. */
  readonly sentAt: number[] = [];
  acknowledged = 0;
  /** When the last of them was acknowledged. */
  acknowledgedAt = 0;
  private socket!: Socket;
  private acknowledgedNow = 0;
  private isEnding = false;
  private resolveEnded: () => void = () => undefined;

  private constructor(
    private readonly protocol: 'json' | 'socketio',
    private readonly room: string,
    private readonly n: number,
    private readonly window: number,
  ) {}

  static async open(
    port: number,
    protocol: 'json' | 'socketio',
    room: string,
    n: number,
    window: number,
  ): Promise<MarkedSender> {
    const sender = new MarkedSender(protocol, room, n, window);
    // Each acknowledgement contains the message, which has one `"at"`.
    const findAcknowledgements = findOccurrences('"at":"', () => (sender.acknowledgedNow += 1));
    const findRefusals = findOccurrences('"error":"', () => {
      throw new Error('A message was refused.');
    });
    const onBytes = (size: number): void => {
      findRefusals(size);
      findAcknowledgements(size);
      sender.onChunk();
    };
    sender.socket = await open(port, protocol, onBytes, openingOf(protocol, QUIET_ROOM));
    return sender;
  }

  send(count: number): void {
    const now = performance.now();
    const message = `${MARK}${String(this.n).padStart(DIGITS, '0')}${TEXT}`;
    const frames = Array.from({ length: count }, () => {
      this.sentAt.push(now);
      const draft = { id: randomUUID(), room: this.room, message };
      return this.protocol === 'json'
        ? frame('text', JSON.stringify({ type: 'new_message', ...draft }))
        : frame('text', `42${this.sentAt.length}${JSON.stringify(['new_message', draft])}`);
    });
    this.socket.write(Buffer.concat(frames));
  }

  /** Sends nothing more, and waits for what is in flight. */
  end(): Promise<void> {
    this.isEnding = true;
    return new Promise((resolve) => {
      this.resolveEnded = resolve;
      this.onChunk();
    });
  }

  private onChunk(): void {
    const count = this.acknowledgedNow;
    this.acknowledgedNow = 0;
    this.acknowledged += count;
    if (count > 0) this.acknowledgedAt = performance.now();
    if (this.isEnding && this.acknowledged === this.sentAt.length) this.resolveEnded();
    if (!this.isEnding && this.window > 0 && count > 0) this.send(count);
  }
}

/** Returns what opens a connection to a room. */
export function openingOf(
  protocol: 'json' | 'socketio',
  room: string,
): { query?: string; greeting?: Buffer } {
  return protocol === 'json'
    ? { query: `room=${room}` }
    : { greeting: frame('text', `40${JSON.stringify({ room })}`) };
}

/** Returns a function that finds the senders of the messages in a stream, also where one is split between two chunks. */
export function findSenders(onMessage: (sender: number) => void): (size: number) => void {
  const pattern = Buffer.from(MARK);
  const length = pattern.length + DIGITS;
  let rest: Buffer = Buffer.alloc(0);
  return (size) => {
    const data = Buffer.concat([rest, receiveBuffer.subarray(0, size)]);
    let from = 0;
    for (
      let at = data.indexOf(pattern);
      at >= 0 && at + length <= data.length;
      at = data.indexOf(pattern, from)
    ) {
      from = at + length;
      onMessage(Number(data.toString('latin1', at + pattern.length, from)));
    }
    rest = data.subarray(Math.max(from, data.length - length + 1));
  };
}
