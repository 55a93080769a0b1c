import { setTimeout as pause } from 'node:timers/promises';
import { requestJson } from '../transports/http';
import { cutAfterCommit } from '../database-faults';
import { check, waitUntil, type Case } from './case';
import { withCluster, type Cluster } from './cluster';

/** How soon the nodes must work again after the database does, in ms. */
const RECOVERY_MS = 5_000;
/** How late a message may be if its bell is lost, in ms. */
const SWEEP_MS = 1_000;
const ROUNDS = 20;

export const f17: Case = {
  name: 'F17',
  title: 'PostgreSQL is restarted under load: the nodes recover in 5 s, and only acknowledged writes count',
  run: (build) =>
    withCluster(build, async (cluster) => {
      let recoveryMs = 0;
      await cluster.writeDuring(async () => {
        await pause(1_000);
        await cluster.postgres.database.server.control('restart', '-m', 'immediate');
        const begin = performance.now();
        await cluster.write('the first after the restart');
        recoveryMs = performance.now() - begin;
        await pause(1_000);
      });
      check(recoveryMs < RECOVERY_MS, `The first write took ${recoveryMs.toFixed(0)} ms.`);
      return `written again after ${recoveryMs.toFixed(0)} ms; ${await cluster.verify()}`;
    }),
};

export const f18: Case = {
  name: 'F18',
  title: 'the connection to PostgreSQL is cut during a COMMIT: a retry finds the entry or makes it, once',
  run: (build) =>
    withCluster(build, async (cluster) => {
      await cluster.writeDuring(async () => {
        for (let i = 0; i < ROUNDS; i += 1) {
          for (const { links } of cluster.postgres.queries) links.forEach(cutAfterCommit);
          await pause(200);
        }
      });
      check(cluster.unanswered > 0, 'No commit was cut.');
      return cluster.verify();
    }),
};

export const f19: Case = {
  name: 'F19',
  title: 'the LISTEN connections are silently dead: a sweep delivers within 1 s',
  run: (build) =>
    withCluster(build, async (cluster) => {
      await cluster.caughtUp(await cluster.write('before'));
      for (const { links } of cluster.postgres.listens) links.forEach((link) => link.stall());
      const delays: number[] = [];
      for (let i = 0; i < 3; i += 1) {
        const seq = await cluster.write(`message ${i}`);
        const begin = performance.now();
        await cluster.caughtUp(seq);
        delays.push(performance.now() - begin);
      }
      const slowest = Math.max(...delays);
      check(slowest < SWEEP_MS, `A message took ${slowest.toFixed(0)} ms.`);
      return `at most ${slowest.toFixed(0)} ms to every reader; ${await cluster.verify()}`;
    }),
};

export const f20: Case = {
  name: 'F20',
  title:
    'a node is cut off from PostgreSQL, the others are not: it acknowledges nothing, is not ready, and catches up',
  run: (build) =>
    withCluster(build, async (cluster) => {
      const { url } = cluster.deployment.nodes[0]!.server;
      const ways = [cluster.postgres.queries[0]!, cluster.postgres.listens[0]!];
      await cluster.write('before');
      ways.forEach((way) => way.disable());
      const { status } = await post(url, cluster);
      check(status === 503, `The node that is cut off answered a message with ${status}.`);
      await waitUntil('It is not ready', 10_000, async () => (await statusOf(`${url}/readyz`)) === 503);
      check((await statusOf(`${url}/livez`)) === 200, 'It is not live.');
      for (let i = 0; i < ROUNDS; i += 1) await cluster.write(`meanwhile ${i}`);
      ways.forEach((way) => way.enable());
      await waitUntil('It is ready', 20_000, async () => (await statusOf(`${url}/readyz`)) === 200);
      return cluster.verify();
    }),
};

export const f24OnNodes: Case = {
  name: 'F24',
  title: 'each of three nodes is restarted by SIGTERM under load: nothing is lost',
  run: (build) =>
    withCluster(build, async (cluster) => {
      await cluster.writeDuring(async () => {
        for (const node of cluster.deployment.nodes) await node.restart('SIGTERM');
      });
      return cluster.verify();
    }),
};

async function post(url: string, cluster: Cluster): Promise<{ status: number }> {
  const body = { room: 'elsewhere', id: cluster.random.uuid(), message: 'hello' };
  return requestJson(`${url}/messages`, { method: 'POST', body });
}

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status;
}
