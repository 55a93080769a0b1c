import { WebSocket, type RawData } from 'ws';
import type { AddressLimits } from '../access/address-limits';
import type { Page } from '../log/page';
import { Refusal } from '../refusal';
import type { Ephemeral, Reset } from '../wire';
import { DEFAULT_LANGUAGE } from '../words/language';
import { inLanguage, type Sentence } from '../words/sentence';
import { BoundedWebSocket, CONTROL_FRAMES_MAX } from './bounded-websocket';
import type { Outlet } from './outlet';
import type { RoomSession } from './room-session';
import { textLines, type Subprotocol } from './subprotocols';

/** The most bytes of the reason in a close frame. */
const REASON_BYTES_MAX = 123;
/** The most bytes of answers that a peer may leave unread. */
const UNREAD_MAX = 1024 * 1024;

/**
 * A peer on `/ws` or `/ws/echo`, which a session writes to. Peers share their listeners, which keeps an idle one small
 * (`npm run bench -- --cases idle`).
 */
export class WebSocketPeer extends BoundedWebSocket implements Outlet {
  session: RoomSession | undefined;
  subprotocol: Subprotocol = textLines[DEFAULT_LANGUAGE];
  /** Its address, as rate limits count it. */
  private address = '';
  private limits: AddressLimits | undefined;
  /** Whether it has not answered the last heartbeat. */
  private owesPong = false;
  /** How many pings and pongs it has sent since then. */
  private controlFrames = 0;

  /** Handles the control frames and errors of the peer. @param limits counts abuse by its address. */
  watch(limits: AddressLimits, address: string): void {
    this.limits = limits;
    this.address = address;
    this.on('error', onError).on('pong', onPong).on('ping', onPing);
  }

  /** Starts a session, which handles the messages of the peer from here on. */
  start(session: RoomSession): void {
    this.session = session;
    this.on('close', onClose).on('message', onMessage);
  }

  /** Sends a ping, or terminates a peer that has not answered the last one. */
  heartbeat(): void {
    if (this.owesPong) return this.terminate();
    this.owesPong = true;
    this.controlFrames = 0;
    this.ping();
  }

  write(step: Page | Reset): Promise<boolean> | void {
    const frames = this.subprotocol.step(step);
    if (frames.length > 0) return this.writeFrames(frames, () => this.closeStalled());
  }

  notify(event: Ephemeral): void {
    this.writeEphemeralFrames(this.subprotocol.event(event));
  }

  end(error?: unknown): void {
    if (error instanceof Refusal)
      return this.closeWith(error.code === 'unavailable' ? 1013 : 1008, error.sentence);
    if (!error) return this.closeWith(1001, 'restartingReader');
    console.error('A WebSocket reader failed:', error);
    this.closeWith(1011, 'failedReader');
  }

  /** Closes a peer that reads nothing. */
  closeStalled(): void {
    this.closeWith(1008, 'stalled');
  }

  /** Counts that the peer had to be disconnected as abuse by its address. */
  countAbuse(): void {
    this.limits?.countAbuse(this.address);
  }

  private closeWith(code: number, reason: Sentence): void {
    this.close(code, fittingReason(inLanguage(reason, this.subprotocol.language)));
  }

  receive(data: RawData, isBinary: boolean): void {
    if (this.readyState !== WebSocket.OPEN) return;
    const session = this.session!;
    if (isBinary) {
      this.countAbuse();
      session.close();
      return this.closeWith(1003, 'frameBinary');
    }
    const frame = textOf(data);
    // The session closes a peer that floods.
    if (!session.acceptFrame(frame.length)) return;
    void this.subprotocol.receive(session, frame).then((answer) => {
      if (answer && this.readyState === WebSocket.OPEN) this.send(answer);
      // A peer that keeps writing, but never reads its answers, would fill the memory.
      if (this.bufferedAmount > UNREAD_MAX) this.terminate();
    });
  }

  /** Notes a pong, the answer to a heartbeat. */
  receivePong(): void {
    this.owesPong = false;
    this.countControlFrame();
  }

  /** Closes a peer that floods the server with pings or pongs (RFC 6455, section 5.5). */
  countControlFrame(): void {
    this.controlFrames += 1;
    if (this.controlFrames !== CONTROL_FRAMES_MAX + 1) return;
    this.countAbuse();
    this.closeWith(1008, 'tooManyPings');
  }
}

/** Returns a close reason, or its beginning: it has at most 123 bytes (RFC 6455, section 5.5), and Cyrillic takes two each. */
function fittingReason(text: string): string {
  if (Buffer.byteLength(text) <= REASON_BYTES_MAX) return text;
  const characters = [...text];
  while (Buffer.byteLength(`${characters.join('')}…`) > REASON_BYTES_MAX) characters.pop();
  return `${characters.join('')}…`;
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  (this as WebSocketPeer).receive(data, isBinary);
}

function onClose(this: WebSocket): void {
  (this as WebSocketPeer).session!.close();
}

/** Counts a malformed frame. `ws` has closed the connection by then, with the code for its reason. */
function onError(this: WebSocket): void {
  (this as WebSocketPeer).countAbuse();
}

function onPong(this: WebSocket): void {
  (this as WebSocketPeer).receivePong();
}

function onPing(this: WebSocket): void {
  (this as WebSocketPeer).countControlFrame();
}

function textOf(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)).toString();
}
