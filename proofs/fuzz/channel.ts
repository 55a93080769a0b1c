import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Findings } from './findings';

/** How a WebSocket is fuzzed. */
export interface Tongue {
  path: string;
  protocol?: string;
  /** What is said first. */
  hello?: string;
  /** A frame to which the answer is known, and what is in that. */
  probe: (n: number) => string;
  answer: (n: number) => string;
  /** How many frames are sent before it is waited for: few, where many of them end the connection. */
  each: number;
}

export const TONGUES: Record<'json' | 'text' | 'packet', Tongue> = {
  json: {
    path: '/ws',
    protocol: 'json',
    probe: (n) => JSON.stringify({ type: 'typing', id: `probe ${n}` }),
    answer: (n) => `"id":"probe ${n}"`,
    each: 50,
  },
  text: {
    path: '/ws',
    protocol: 'text',
    probe: (n) => `probe ${n}`,
    answer: (n) => `: probe ${n}`,
    each: 50,
  },
  packet: {
    path: '/socket.io/?EIO=4&transport=websocket',
    hello: '40',
    probe: (n) => `42${700_000_000 + n}["typing",{}]`,
    answer: (n) => `43${700_000_000 + n}`,
    each: 4,
  },
};

/** A WebSocket that is opened again whenever the server has closed it. */
export class Channel {
  private socket: WebSocket | undefined;
  private closed: Promise<unknown> = Promise.resolve();
  private probes = 0;
  private heard: (text: string) => void = () => undefined;

  constructor(
    private readonly url: string,
    private readonly tongue: Tongue,
    private readonly findings: Findings,
  ) {}

  /** Sends frames, and waits for what comes of them: an answer to what is sent behind them, or the end. */
  async send(frames: readonly string[]): Promise<void> {
    const { probe, answer, each } = this.tongue;
    for (let i = 0; i < frames.length; i += each) {
      const socket = await this.open();
      const n = (this.probes += 1);
      const answered = new Promise<void>((resolve) => {
        this.heard = (text) => text.includes(answer(n)) && resolve();
      });
      for (const text of frames.slice(i, i + each)) socket.send(text);
      socket.send(probe(n));
      await this.findings.inTime(Promise.race([answered, this.closed]), () => frames.slice(i, i + each));
    }
  }

  close(): void {
    this.socket?.terminate();
  }

  private async open(): Promise<WebSocket> {
    if (this.socket?.readyState === WebSocket.OPEN) return this.socket;
    const { path, protocol, hello } = this.tongue;
    const socket = new WebSocket(this.url.replace('http', 'ws') + path, protocol);
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      this.findings.look(text, 'a frame');
      this.heard(text);
    });
    await once(socket, 'open');
    if (hello) socket.send(hello);
    return (this.socket = socket);
  }
}
