import type { Socket } from 'node:net';

/** How often a throttled link writes, in ms. */
const TICK_MS = 50;

/** A connection through a {@link startProxy proxy} that can simulate network faults. */
export class Link {
  /** The sides whose data is dropped. */
  private readonly dropping = new Set<Socket>();
  private isHalfOpen = false;
  private closedSides = 0;
  /** In bytes per second. */
  private rate = Infinity;

  /**
   * @param client the client's connection to the proxy.
   * @param server the proxy's connection to the server.
   * @param onClosed is called once, when both are closed.
   */
  constructor(
    readonly client: Socket,
    readonly server: Socket,
    onClosed: () => void,
  ) {
    this.forward(client, server);
    this.forward(server, client);
    for (const socket of [client, server]) {
      socket.on('error', () => undefined);
      socket.on('close', () => (this.closedSides += 1) === 2 && onClosed());
    }
  }

  /** Closes both sides gracefully (FIN). */
  close(): void {
    this.client.destroy();
    this.server.destroy();
  }

  /** Resets both sides (RST). */
  reset(): void {
    for (const end of [this.client, this.server]) {
      // libuv can't reset a socket that is shutting down, and Node then never closes it, which keeps the process alive.
      if (end.writableEnded) end.destroy();
      else end.resetAndDestroy();
    }
  }

  /** Drops all data in both directions, and the end of either side, so that the connection is half-open. */
  stall(): void {
    this.isHalfOpen = true;
    this.dropFromServer();
    this.dropping.add(this.client);
  }

  /** Drops the server's data. The client's data still arrives. */
  dropFromServer(): void {
    this.dropping.add(this.server);
  }

  /** Throttles the server's data, so that it accumulates in the server. @param rate in bytes per second. */
  throttle(rate: number): void {
    this.rate = rate;
  }

  private forward(from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      if (this.dropping.has(from)) return;
      if (from === this.server && this.rate < Infinity) {
        from.pause();
        this.writeThrottled(chunk);
      } else if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
    from.on('close', () => {
      if (!this.isHalfOpen) to.destroySoon();
    });
  }

  private writeThrottled(chunk: Buffer): void {
    const length = Math.min(chunk.length, Math.max(1, Math.round((this.rate * TICK_MS) / 1000)));
    if (this.client.destroyed || this.dropping.has(this.server)) return void this.server.resume();
    this.client.write(chunk.subarray(0, length));
    setTimeout(() => {
      if (length < chunk.length) this.writeThrottled(chunk.subarray(length));
      else this.server.resume();
    }, TICK_MS);
  }
}
