import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { waitForClose, dial, dialWebSocket } from '../../__tests__/support/raw';
import type { Findings } from './findings';
import type { HttpInput } from './inputs';

/** How much of an answer is checked, in characters. */
const MAX_CHECKED = 20_000;
/** How long a response that does not end is read, in ms. */
const STREAM_MS = 40;

/** Sends inputs that start as an HTTP request. */
export class Requests {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 24 });

  constructor(
    private readonly url: string,
    private readonly findings: Findings,
  ) {}

  close(): void {
    this.agent.destroy();
  }

  /** Sends a request, and checks the answer. */
  async send(input: HttpInput): Promise<void> {
    await this.findings.expectAnswer(this.exchange(input), () => input);
  }

  /** Sends bytes on a new connection, ends it, and checks the answer. */
  async sendBytes(bytes: Buffer): Promise<void> {
    await this.sendAndEnd(await dial(this.url), bytes);
  }

  /** Sends bytes on a new WebSocket, ends it, and checks the answer. */
  async sendFrames(path: string, bytes: Buffer): Promise<void> {
    await this.sendAndEnd(await dialWebSocket(this.url, path), bytes);
  }

  /** Sends a body over Socket.IO's polling, in a new session. */
  async sendPayload(text: string): Promise<void> {
    const url = `${this.url}/socket.io/?EIO=4&transport=polling`;
    const opened = await (await fetch(url)).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    for (const body of ['40', text, '41']) {
      const answer = await fetch(`${url}&sid=${sid}`, { method: 'POST', body });
      this.findings.checkAnswer(await answer.text(), text);
      if (!answer.ok) return;
    }
  }

  private async sendAndEnd(socket: Socket, bytes: Buffer): Promise<void> {
    let text = '';
    const timer = setTimeout(() => socket.destroy(), STREAM_MS);
    socket.on('data', (chunk) => (text = (text + String(chunk)).slice(0, MAX_CHECKED)));
    socket.end(bytes);
    await waitForClose(socket);
    clearTimeout(timer);
    const input = bytes.toString('latin1');
    this.findings.checkAnswer(text, input);
    if (/^HTTP\/1.1 500/m.test(text)) this.findings.add(`500 <- ${input}`);
  }

  private exchange(input: HttpInput): Promise<void> {
    const { method, path, headers, body } = input;
    const hasBody = method !== 'GET' && method !== 'HEAD' && method !== 'TRACE';
    return new Promise((resolve) => {
      const sent = request(this.url + path, { method, headers, agent: this.agent }, (response) => {
        if (response.statusCode === 500) this.findings.add(`500 <- ${JSON.stringify(input)}`);
        let text = '';
        const timer = setTimeout(() => sent.destroy(), STREAM_MS);
        response.on('data', (chunk) => {
          text = (text + String(chunk)).slice(0, MAX_CHECKED);
        });
        response
          .on('error', () => undefined)
          .on('close', () => {
            clearTimeout(timer);
            this.findings.checkAnswer(text, input);
            resolve();
          });
      });
      // The server may have closed a kept connection after an earlier invalid request.
      sent.on('error', () => resolve());
      sent.end(hasBody ? body : undefined);
    });
  }
}
