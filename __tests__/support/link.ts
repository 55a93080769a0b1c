import type { Socket } from 'node:net';

/** How often a throttled link passes data, in ms. */
const TICK = 50;

/** A connection through a {@link startProxy proxy}, with the faults of a network. */
export class Link {
  private readonly lost = new Set<Socket>();
  private dead = false;
  private ended = 0;
  private rate = Infinity;

  /**
   * @param client the connection that the client made to the proxy.
   * @param server the connection that the proxy made to the server.
   * @param gone is called once, when both are closed.
   */
  constructor(
    readonly client: Socket,
    readonly server: Socket,
    gone: () => void,
  ) {
    this.carry(client, server);
    this.carry(server, client);
    for (const end of [client, server]) {
      end.on('error', () => undefined);
      end.on('close', () => (this.ended += 1) === 2 && gone());
    }
  }

  /** Closes both sides in order (FIN). */
  close(): void {
    this.client.destroy();
    this.server.destroy();
  }

  /** Resets both sides (RST). */
  reset(): void {
    for (const end of [this.client, this.server]) {
      // libuv refuses to reset a socket that is being shut down, and Node then never closes it: the process can't exit.
      if (end.writableEnded) end.destroy();
      else end.resetAndDestroy();
    }
  }

  /** Drops all data in both directions, also the end of either side: the connection is half-open. */
  stall(): void {
    this.dead = true;
    this.dropFromServer();
    this.lost.add(this.client);
  }

  /** Drops what the server sends. What the client sends still arrives. */
  dropFromServer(): void {
    this.lost.add(this.server);
  }

  /** Throttles what the server sends, so that the rest waits in the server. @param rate in bytes per second. */
  throttle(rate: number): void {
    this.rate = rate;
  }

  private carry(from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      if (this.lost.has(from)) return;
      if (from === this.server && this.rate < Infinity) {
        from.pause();
        this.drip(chunk);
      } else if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
    from.on('close', () => {
      if (!this.dead) to.destroySoon();
    });
  }

  private drip(chunk: Buffer): void {
    const share = Math.min(chunk.length, Math.max(1, Math.round((this.rate * TICK) / 1000)));
    if (this.client.destroyed || this.lost.has(this.server)) return void this.server.resume();
    this.client.write(chunk.subarray(0, share));
    setTimeout(() => {
      if (share < chunk.length) this.drip(chunk.subarray(share));
      else this.server.resume();
    }, TICK);
  }
}
