import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Findings } from './findings';

/** How one protocol over WebSocket is fuzzed. */
export interface Protocol {
  path: string;
  subprotocol?: string;
  /** The frame that opens a session. */
  greeting?: string;
  /** Returns the nth probe: a frame with a known answer, sent after others to learn when they have been handled. */
  probe: (n: number) => string;
  /** Returns a text that only the answer to the nth probe contains. */
  answer: (n: number) => string;
  /** How many frames are sent before each probe: few, where many of the frames end the connection. */
  framesPerProbe: number;
}

/** A number above all ids of random packets. */
const FIRST_ACK_ID = 700_000_000;

export const PROTOCOLS: Record<'json' | 'text' | 'packet', Protocol> = {
  json: {
    path: '/ws',
    subprotocol: 'json',
    probe: (n) => JSON.stringify({ type: 'typing', id: `probe ${n}` }),
    answer: (n) => `"id":"probe ${n}"`,
    framesPerProbe: 50,
  },
  text: {
    path: '/ws',
    subprotocol: 'text',
    probe: (n) => `probe ${n}`,
    answer: (n) => `: probe ${n}`,
    framesPerProbe: 50,
  },
  packet: {
    path: '/socket.io/?EIO=4&transport=websocket',
    greeting: '40',
    probe: (n) => `42${FIRST_ACK_ID + n}["typing",{}]`,
    answer: (n) => `43${FIRST_ACK_ID + n}`,
    framesPerProbe: 4,
  },
};

/** A WebSocket that is opened again whenever the server has closed it. */
export class Channel {
  private socket: WebSocket | undefined;
  private closed: Promise<unknown> = Promise.resolve();
  private probes = 0;
  private onText: (text: string) => void = () => undefined;

  constructor(
    private readonly url: string,
    private readonly protocol: Protocol,
    private readonly findings: Findings,
  ) {}

  /** Sends frames, and waits until the server has handled them or closed the connection. */
  async send(frames: readonly string[]): Promise<void> {
    const { probe, answer, framesPerProbe } = this.protocol;
    for (let i = 0; i < frames.length; i += framesPerProbe) {
      const batch = frames.slice(i, i + framesPerProbe);
      const socket = await this.open();
      const n = (this.probes += 1);
      const answered = new Promise<void>((resolve) => {
        this.onText = (text) => text.includes(answer(n)) && resolve();
      });
      for (const frame of batch) socket.send(frame);
      socket.send(probe(n));
      await this.findings.expectAnswer(Promise.race([answered, this.closed]), () => batch);
    }
  }

  close(): void {
    this.socket?.terminate();
  }

  private async open(): Promise<WebSocket> {
    if (this.socket?.readyState === WebSocket.OPEN) return this.socket;
    const { path, subprotocol, greeting } = this.protocol;
    const socket = new WebSocket(this.url.replace('http', 'ws') + path, subprotocol);
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      this.findings.checkAnswer(text, 'a frame');
      this.onText(text);
    });
    await once(socket, 'open');
    if (greeting) socket.send(greeting);
    return (this.socket = socket);
  }
}
