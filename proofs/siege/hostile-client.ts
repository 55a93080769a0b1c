import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { UPGRADE } from '../../__tests__/support/raw';

/** The longest life of a connection, in ms; then a new one replaces it. */
const LIFETIME_MS = 15_000;
/** The shortest duration of a turn, in ms: refusals must not turn into a busy loop of the attacker. */
const MIN_TURN_MS = 20;

/** The target of an attack, and its origin. */
export interface Target {
  port: number;
  /** How many addresses of the loopback network the attack comes from, starting with 127.0.0.2. */
  addresses: number;
}

/** Opens connections and sends requests for an attack, until {@link end}. */
export class HostileClient {
  /** How often each operation was performed, by its name. */
  readonly counters: Record<string, number> = {};
  private readonly sockets = new Set<Socket>();
  private turns = 0;
  private dials = 0;
  private isEnding = false;

  constructor(private readonly target: Target) {}

  /** Runs `count` loops in parallel, each of which repeats a turn until {@link end}. */
  repeat(count: number, turn: () => Promise<unknown>): void {
    for (let i = 0; i < count; i += 1) {
      void (async () => {
        while (!this.isEnding) {
          const startedAt = performance.now();
          await turn().catch(() => this.count('failed'));
          if (performance.now() - startedAt < MIN_TURN_MS) await pause(MIN_TURN_MS);
        }
      })();
    }
  }

  count(name: string, by = 1): void {
    this.counters[name] = (this.counters[name] ?? 0) + by;
  }

  /** Returns a number that no other turn gets. */
  next(): number {
    return (this.turns += 1);
  }

  /** Opens a connection from the next address. @param first is written at once. */
  async dial(first?: string | Buffer): Promise<Socket> {
    this.dials += 1;
    const address = `127.0.0.${2 + (this.dials % this.target.addresses)}`;
    const socket = connect({ port: this.target.port, host: '127.0.0.1', localAddress: address });
    this.sockets.add(socket);
    // A flood adds listeners for each turn that waits for the socket to drain or close.
    socket.setMaxListeners(0);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    await once(socket, 'connect');
    this.count('connections');
    if (first) socket.write(first);
    return socket;
  }

  /** Sends a request on a new connection and discards the response. */
  async request(method: string, path: string, body = '', headers: readonly string[] = []): Promise<void> {
    const socket = await this.dial(formatRequest(method, path, body, ['Connection: close', ...headers]));
    socket.resume();
    await this.waitForClose(socket);
    this.count('requests');
  }

  /** Opens a WebSocket. @throws {Error} if it is refused. */
  async upgrade(path: string, ...headers: string[]): Promise<Socket> {
    const socket = await this.dial([`GET ${path} HTTP/1.1`, ...UPGRADE, ...headers, '', ''].join('\r\n'));
    const [response] = (await once(socket, 'data')) as [Buffer];
    if (response.toString('latin1').startsWith('HTTP/1.1 101')) return socket;
    socket.destroy();
    throw new Error('The upgrade was refused.');
  }

  /** Writes as fast as the socket accepts it, until the end of the connection's life. @param create the next bytes. */
  async flood(socket: Socket, create: () => Buffer): Promise<void> {
    const deadline = performance.now() + LIFETIME_MS;
    while (!socket.destroyed && !this.isEnding && performance.now() < deadline) {
      const hasRoom = socket.write(create());
      this.count('sent');
      if (hasRoom) await new Promise(setImmediate);
      else await Promise.race([once(socket, 'drain'), this.waitForClose(socket), pause(1_000)]);
    }
    socket.destroy();
  }

  /** Waits until a connection is closed, and closes it after `ms`. */
  async waitForClose(socket: Socket, ms = LIFETIME_MS): Promise<void> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const closed = socket.destroyed ? Promise.resolve() : once(socket, 'close', { signal });
    await Promise.race([closed, pause(ms, undefined, { signal })]).catch(() => undefined);
    waiting.abort();
    socket.destroy();
  }

  end(): void {
    this.isEnding = true;
    this.sockets.forEach((socket) => socket.destroy());
  }
}

/** Formats a request as text, so that requests can be pipelined and responses left unread. */
export function formatRequest(
  method: string,
  path: string,
  body = '',
  headers: readonly string[] = [],
): string {
  const entity = body ? ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`] : [];
  return [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...entity, ...headers, '', body].join('\r\n');
}
