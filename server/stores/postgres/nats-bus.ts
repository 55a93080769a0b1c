import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Bus, Topic } from '../../access/bus';
import { Outgoing, type Message } from './outgoing';

/** How often the connection is checked, in ms, and how many answers may be missing. */
const PING_INTERVAL = 5_000;
const PINGS_UNANSWERED_MAX = 2;
/** How long the first connection may take, in ms. */
const CONNECT_TIMEOUT = 5_000;

/** The bus over NATS, without any of its persistence. */
export class NatsBus implements Bus {
  private readonly gapHandlers: (() => void)[] = [];
  private readonly outgoing = new Outgoing((messages) => this.send(messages));

  private constructor(
    private readonly connection: NatsConnection,
    private readonly prefix: string,
  ) {
    void this.watch();
  }

  /**
   * Connects to a server. The connection is opened again whenever it is lost.
   * @param deployment tells the deployments that share the server apart.
   * @throws {Error} a sentence an operator can act on.
   */
  static async open(url: string, deployment: string, pingInterval = PING_INTERVAL): Promise<NatsBus> {
    const { protocol, host, username, password } = new URL(url);
    const connection = await connect({
      servers: host,
      ...(username && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
      ...(protocol === 'tls:' && { tls: {} }),
      name: 'parley',
      // Own messages are not wanted.
      noEcho: true,
      timeout: CONNECT_TIMEOUT,
      maxReconnectAttempts: -1,
      pingInterval,
      maxPingOut: PINGS_UNANSWERED_MAX,
    }).catch((error: Error) => {
      throw new Error(`The NATS server ${host} of NATS_URL can't be reached: ${error.message}.`, {
        cause: error,
      });
    });
    return new NatsBus(connection, `parley.${deployment}`);
  }

  publish(topic: Topic, payload: string): void {
    if (!this.connection.isClosed()) this.outgoing.add(topic, payload);
  }

  subscribe(topic: Topic, handle: (payload: string) => void): void {
    this.connection.subscribe(`${this.prefix}.${topic}`, {
      callback: (error, message) => {
        if (!error) handle(message.string());
      },
    });
  }

  onGap(handle: () => void): void {
    this.gapHandlers.push(handle);
  }

  async close(): Promise<void> {
    this.outgoing.stop();
    await this.connection.close();
  }

  private async send(messages: readonly Message[]): Promise<void> {
    for (const { topic, payload } of messages) this.connection.publish(`${this.prefix}.${topic}`, payload);
  }

  private async watch(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === 'reconnect') this.gapHandlers.forEach((handle) => handle());
    }
  }
}
