import { Socket } from 'node:net';
import { Client } from 'pg';
import type { Bus, Topic } from '../../access/bus';
import { Outgoing, type Message } from './outgoing';
import { connectionConfig } from './pool';

/** How often the connection is checked, and how long an answer may take, in ms. */
const CHECK_INTERVAL = 5_000;
/** The first and the longest delay, in ms, before the connection is opened again. */
const RETRY_DELAY = 100;
const RETRY_DELAY_MAX = 5_000;
/** The prefix of the channels. */
const PREFIX = 'parley_';
/** The channel on which a connection reaches itself. */
const CHECK = `${PREFIX}check`;

const NOTIFY =
  'SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS message (channel, payload)';

/**
 * The bus over LISTEN and NOTIFY, on one connection of its own. NOTIFY is never part of another transaction: one with a
 * pending notification takes a lock on the whole database until it has committed.
 */
export class ListenBus implements Bus {
  private readonly handlers = new Map<string, (payload: string) => void>();
  private readonly gapHandlers: (() => void)[] = [];
  private readonly outgoing = new Outgoing((messages) => this.notify(messages));
  private readonly checking: NodeJS.Timeout;
  private client: Client | undefined;
  private socket: Socket | undefined;
  private reconnecting: NodeJS.Timeout | undefined;
  private retryDelay = RETRY_DELAY;
  private isAnswered = true;
  private isClosed = false;

  /** @param checkInterval how often the connection is checked, in ms. */
  constructor(
    private readonly url: string,
    checkInterval = CHECK_INTERVAL,
  ) {
    this.handlers.set(CHECK, () => (this.isAnswered = true));
    this.checking = setInterval(() => this.check(), checkInterval).unref();
  }

  /** Opens the connection. From then on it is opened again whenever it is lost. @throws {Error} if it can't be opened. */
  async open(): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  publish(topic: Topic, payload: string): void {
    if (!this.isClosed) this.outgoing.add(topic, payload);
  }

  subscribe(topic: Topic, handle: (payload: string) => void): void {
    this.handlers.set(PREFIX + topic, handle);
    // If it fails, the connection is lost, and the next one listens.
    if (this.client) void this.listen([PREFIX + topic]).catch(() => undefined);
  }

  onGap(handle: () => void): void {
    this.gapHandlers.push(handle);
  }

  /** Whether messages of another connection arrive: not through a pooler in transaction mode, or from another database. */
  async reaches(send: (sql: string) => Promise<unknown>): Promise<boolean> {
    const nonce = String(Math.random());
    const channel = `${PREFIX}reaches`;
    let timer: NodeJS.Timeout | undefined;
    const arrived = new Promise<boolean>((resolve) => {
      this.handlers.set(channel, (payload) => payload === nonce && resolve(true));
      timer = setTimeout(() => resolve(false), CHECK_INTERVAL);
    });
    await this.listen([channel]);
    await send(`SELECT pg_notify('${channel}', '${nonce}')`);
    const isReached = await arrived;
    clearTimeout(timer);
    this.handlers.delete(channel);
    await this.client?.query(`UNLISTEN ${channel}`);
    return isReached;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.checking);
    clearTimeout(this.reconnecting);
    this.outgoing.stop();
    const { client } = this;
    const ended = client && new Promise((resolve) => client.once('end', resolve));
    this.socket?.destroy();
    await ended;
  }

  private async listen(channels: readonly string[]): Promise<void> {
    await this.client?.query(channels.map((channel) => `LISTEN ${channel}`).join('; '));
  }

  private async notify(messages: readonly Message[]): Promise<void> {
    const channels = messages.map(({ topic }) => PREFIX + topic);
    await this.client?.query(NOTIFY, [channels, messages.map(({ payload }) => payload)]);
  }

  /** Drops a connection that has not brought back the notification of the last check. */
  private check(): void {
    if (!this.client) return;
    if (!this.isAnswered) return void this.socket?.destroy();
    this.isAnswered = false;
    this.client.query(`NOTIFY ${CHECK}`).catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new Client({
      ...connectionConfig(this.url),
      // With the socket at hand, a dead connection can be dropped at once.
      stream: () => (this.socket = new Socket()),
    });
    client.on('error', () => undefined);
    await client.connect();
    this.client = client;
    client.once('end', () => this.reopenLater());
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    client.on('notification', ({ channel, payload = '', processId }) => {
      // Only a check is meant for the connection that sent it.
      if (processId !== rows[0]!.pid || channel === CHECK) this.handlers.get(channel)?.(payload);
    });
    this.isAnswered = true;
    await this.listen([...this.handlers.keys()]);
    this.retryDelay = RETRY_DELAY;
  }

  private reopenLater(): void {
    this.client = undefined;
    if (this.isClosed) return;
    this.reconnecting = setTimeout(() => void this.reopen(), this.retryDelay * (0.5 + Math.random())).unref();
    this.retryDelay = Math.min(this.retryDelay * 2, RETRY_DELAY_MAX);
  }

  private async reopen(): Promise<void> {
    try {
      await this.connect();
      if (this.isClosed) await this.client?.end();
      else this.gapHandlers.forEach((handle) => handle());
    } catch {
      // The end of an open connection leads here again.
      if (this.client) this.socket?.destroy();
      else this.reopenLater();
    }
  }
}
