import { startProxy, type Proxy } from '../../__tests__/support/proxy';
import { findFreePort } from '../ports';
import { startBalancer, urlOfClient, type Balancer } from './balancer';
import type { Build } from './build';
import {
  DATABASES,
  type BellName,
  type DatabaseName,
  type PostgresAccess,
  type RunDatabase,
} from './database';
import type { Findings } from './findings';
import { ServerNode } from './node';
import type { RandomSource } from './random-source';

/** How many proxies lead to the servers; a fault in one of them does not affect the others. */
const PROXIES = 4;

/** What is deployed. */
export interface Topology {
  database: DatabaseName;
  nodes: number;
  /** NOTIFY by default. SQLite has none. */
  bell?: BellName;
}

/** The servers of a run, on one database, behind several proxies; several servers also behind a balancer. */
export class Deployment {
  private constructor(
    readonly nodes: readonly ServerNode[],
    readonly proxies: readonly Proxy[],
    private readonly database: RunDatabase,
    private readonly balancer: Balancer | undefined,
  ) {}

  static async open(
    build: Build,
    topology: Topology,
    random: RandomSource,
    findings: Findings,
  ): Promise<Deployment> {
    const database = await DATABASES[topology.database](topology.nodes, topology.bell ?? 'notify');
    const nodes: ServerNode[] = [];
    for (const settings of database.env) {
      const env = { ...settings, PORT: String(await findFreePort((bound) => random.below(bound))) };
      nodes.push(await ServerNode.open(env, build, findings));
    }
    const ports = () => nodes.map(({ server }) => server.port);
    const balancer = nodes.length > 1 ? await startBalancer(ports) : undefined;
    const url = balancer?.url ?? nodes[0]!.server.url;
    const proxies = await Promise.all(Array.from({ length: PROXIES }, () => startProxy(url)));
    return new Deployment(nodes, proxies, database, balancer);
  }

  get slowestStartMs(): number {
    return Math.max(...this.nodes.map(({ slowestStartMs }) => slowestStartMs));
  }

  /** The ways to PostgreSQL, if that is the database. */
  get postgres(): PostgresAccess | undefined {
    return this.database.postgres;
  }

  /** How many requests the balancer sent to each node. */
  get requests(): readonly number[] {
    return this.balancer?.requests ?? [];
  }

  /** Returns the URL of one of the proxies. @param client names who uses it to the balancer. */
  randomUrl(random: RandomSource, client: string): string {
    const { url } = random.pick(this.proxies);
    return this.balancer ? urlOfClient(url, client) : url;
  }

  /** Returns the URL of one of the nodes, with no proxy in between. */
  directUrl(random: RandomSource): string {
    return random.pick(this.nodes).server.url;
  }

  /** Kills all nodes, and starts them again. */
  async restartAll(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop('SIGKILL')));
    await Promise.all(this.nodes.map((node) => node.start()));
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop('SIGKILL')));
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    await this.balancer?.close();
    await this.database.close();
  }
}
