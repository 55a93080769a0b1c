import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { UPGRADE } from '../../__tests__/support/raw';

/** How long one connection of an attack lives at most, in ms: then its place is taken by a new one. */
const LIFETIME = 15_000;
/** A pause after a turn that failed at once, in ms: an attacker's processor is not what is under siege. */
const REFUSED = 20;

/** Where the attacks go, and where they come from. */
export interface Target {
  port: number;
  /** How many addresses of the loopback network the attacks come from, from 127.0.0.2 on. */
  addresses: number;
}

/** What hostile clients do: one connection or request after the other, until the attack ends. */
export class Hostile {
  /** What was done, by name. */
  readonly done: Record<string, number> = {};
  private readonly open = new Set<Socket>();
  private turns = 0;
  private ending = false;

  constructor(private readonly target: Target) {}

  /** Repeats a turn on so many lanes at once until {@link end}. */
  lanes(count: number, turn: () => Promise<unknown>): void {
    for (let lane = 0; lane < count; lane += 1) {
      void (async () => {
        while (!this.ending) {
          const begun = performance.now();
          await turn().catch(() => this.count('failed'));
          if (performance.now() - begun < REFUSED) await pause(REFUSED);
        }
      })();
    }
  }

  count(what: string, by = 1): void {
    this.done[what] = (this.done[what] ?? 0) + by;
  }

  /** A number that no other turn has. */
  next(): number {
    return (this.turns += 1);
  }

  /** Opens a connection from the next address, and sends something if there is something to send. */
  async dial(first?: string | Buffer): Promise<Socket> {
    const address = `127.0.0.${2 + (this.next() % this.target.addresses)}`;
    const socket = connect({ port: this.target.port, host: '127.0.0.1', localAddress: address });
    this.open.add(socket);
    // A flood waits for it in several ways at a time, and again and again.
    socket.setMaxListeners(0);
    socket.on('error', () => undefined).on('close', () => this.open.delete(socket));
    await once(socket, 'connect');
    this.count('connections');
    if (first) socket.write(first);
    return socket;
  }

  /** Sends a request and reads its answer, whatever that is. */
  async ask(method: string, path: string, body = '', headers: readonly string[] = []): Promise<void> {
    const socket = await this.dial(request(method, path, body, ['Connection: close', ...headers]));
    socket.resume();
    await this.over(socket);
    this.count('requests');
  }

  /** Opens a WebSocket. @throws {Error} if it is refused. */
  async upgrade(path: string, ...headers: string[]): Promise<Socket> {
    const socket = await this.dial([`GET ${path} HTTP/1.1`, ...UPGRADE, ...headers, '', ''].join('\r\n'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (answer.toString('latin1').startsWith('HTTP/1.1 101')) return socket;
    socket.destroy();
    throw new Error('It was refused.');
  }

  /** Writes one thing after the other for as long as the connection takes it, whether or not it is read. */
  async flood(socket: Socket, make: () => Buffer): Promise<void> {
    const late = performance.now() + LIFETIME;
    while (!socket.destroyed && !this.ending && performance.now() < late) {
      const taken = socket.write(make());
      this.count('sent');
      if (!taken) await Promise.race([once(socket, 'drain'), this.over(socket), pause(1_000)]);
      else await new Promise(setImmediate);
    }
    socket.destroy();
  }

  /** Waits for the end of a connection, and ends it after a while. */
  async over(socket: Socket, ms = LIFETIME): Promise<void> {
    const gone = new AbortController();
    const closed = socket.destroyed ? Promise.resolve() : once(socket, 'close', { signal: gone.signal });
    await Promise.race([closed, pause(ms, undefined, { signal: gone.signal })]).catch(() => undefined);
    gone.abort();
    socket.destroy();
  }

  end(): void {
    this.ending = true;
    this.open.forEach((socket) => socket.destroy());
  }
}

/** A request as bytes, so that more can be sent ahead and nothing has to be read. */
export function request(method: string, path: string, body = '', headers: readonly string[] = []): string {
  const about = body ? ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`] : [];
  return [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...about, ...headers, '', body].join('\r\n');
}
