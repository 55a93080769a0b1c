import { Agent, request } from 'node:http';
import { closed, dial, dialWebSocket } from '../../__tests__/support/raw';
import type { HttpAttack } from './attacks';
import type { Findings } from './findings';

/** The most of an answer that is looked at, in characters; a stream has said by then what it is. */
const ENOUGH = 20_000;
/** How long an answer that goes on is read, in ms. */
const LONG = 40;

/** Sends what begins as HTTP, over connections that are kept. */
export class Requests {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 24 });

  constructor(
    private readonly url: string,
    private readonly findings: Findings,
  ) {}

  close(): void {
    this.agent.destroy();
  }

  /** Sends a request, and looks at the answer. */
  async send(attack: HttpAttack): Promise<void> {
    await this.findings.inTime(this.ask(attack), () => attack);
  }

  /** Sends bytes on a connection of their own, then ends it, and looks at what comes back. */
  async bytes(bytes: Buffer): Promise<void> {
    const socket = await dial(this.url);
    await this.watch(socket, bytes, () => socket.end(bytes));
  }

  /** Sends bytes on a WebSocket. */
  async frames(path: string, bytes: Buffer): Promise<void> {
    const socket = await dialWebSocket(this.url, path);
    await this.watch(socket, bytes, () => socket.end(bytes));
  }

  /** Sends a body over Socket.IO's polling, by a session of its own. */
  async payload(text: string): Promise<void> {
    const url = `${this.url}/socket.io/?EIO=4&transport=polling`;
    const opened = await (await fetch(url)).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    for (const body of ['40', text, '41']) {
      const answer = await fetch(`${url}&sid=${sid}`, { method: 'POST', body });
      this.findings.look(await answer.text(), text);
      if (!answer.ok) return;
    }
  }

  private async watch(
    socket: Awaited<ReturnType<typeof dial>>,
    bytes: Buffer,
    send: () => void,
  ): Promise<void> {
    let text = '';
    const timer = setTimeout(() => socket.destroy(), LONG);
    socket.on('data', (chunk) => (text = (text + String(chunk)).slice(0, ENOUGH)));
    send();
    await closed(socket);
    clearTimeout(timer);
    this.findings.look(text, bytes.toString('latin1'));
    if (/^HTTP\/1.1 500/m.test(text)) this.findings.add(`500 <- ${bytes.toString('latin1')}`);
  }

  private ask(attack: HttpAttack): Promise<void> {
    const { method, path, headers, body } = attack;
    const bodiless = method === 'GET' || method === 'HEAD' || method === 'TRACE';
    return new Promise((resolve) => {
      const sent = request(this.url + path, { method, headers, agent: this.agent }, (answer) => {
        if (answer.statusCode === 500) this.findings.add(`500 <- ${JSON.stringify(attack)}`);
        let text = '';
        const timer = setTimeout(() => sent.destroy(), LONG);
        answer.on('data', (chunk) => {
          text = (text + String(chunk)).slice(0, ENOUGH);
        });
        answer
          .on('error', () => undefined)
          .on('close', () => {
            clearTimeout(timer);
            this.findings.look(text, attack);
            resolve();
          });
      });
      // A connection that the server has closed, on a request that ended it.
      sent.on('error', () => resolve());
      sent.end(bodiless ? undefined : body);
    });
  }
}
