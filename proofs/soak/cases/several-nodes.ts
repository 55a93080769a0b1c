import { setTimeout as pause } from 'node:timers/promises';
import { requestJson } from '../transports/http';
import { cutAfterCommit } from '../database-faults';
import { check, waitUntil, type Case } from './case';
import { withCluster, type Cluster } from './cluster';

/** How soon the nodes must work again after the database does, in ms, beyond what a write takes on this machine. */
const RECOVERY_MS = 5_000;
/** How late a message may be if its bell is lost, in ms, beyond what a delivery takes on this machine. */
const SWEEP_MS = 1_000;
/** How long a node may take to notice that it is cut off, or no longer is, in ms. */
const READY_MS = 30_000;
const ROUNDS = 20;

export const f17: Case = {
  name: 'F17',
  title: 'PostgreSQL is restarted under load: the nodes recover in 5 s, and only acknowledged writes count',
  run: (build) =>
    withCluster(build, async (cluster) => {
      let [recoveryMs, usualMs] = [0, 0];
      await cluster.writeDuring(async () => {
        await pause(1_000);
        usualMs = cluster.slowestWriteMs;
        await cluster.postgres.database.server.control('restart', '-m', 'immediate');
        const begin = performance.now();
        await cluster.write('the first after the restart');
        recoveryMs = performance.now() - begin;
        await pause(1_000);
      });
      check(recoveryMs < RECOVERY_MS + usualMs, `The first write took ${recoveryMs.toFixed(0)} ms.`);
      return `written again after ${recoveryMs.toFixed(0)} ms, and in ${usualMs.toFixed(0)} ms before; ${await cluster.verify()}`;
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
      const usualMs = await slowestDelivery(cluster);
      for (const { links } of cluster.postgres.listens) links.forEach((link) => link.stall());
      const slowest = await slowestDelivery(cluster);
      check(slowest < SWEEP_MS + usualMs, `A message took ${slowest.toFixed(0)} ms.`);
      return `at most ${slowest.toFixed(0)} ms to every reader, and ${usualMs.toFixed(0)} ms before; ${await cluster.verify()}`;
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
      await waitUntil('It is not ready', READY_MS, async () => (await statusOf(`${url}/readyz`)) === 503);
      check((await statusOf(`${url}/livez`)) === 200, 'It is not live.');
      for (let i = 0; i < ROUNDS; i += 1) await cluster.write(`meanwhile ${i}`);
      ways.forEach((way) => way.enable());
      await waitUntil('It is ready', READY_MS, async () => (await statusOf(`${url}/readyz`)) === 200);
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

/** Writes some messages. @returns the longest time from an acknowledgement until every reader has the message, in ms. */
async function slowestDelivery(cluster: Cluster): Promise<number> {
  let slowest = 0;
  for (let i = 0; i < 3; i += 1) {
    const seq = await cluster.write(`message ${i}`);
    const begin = performance.now();
    await cluster.caughtUp(seq);
    slowest = Math.max(slowest, performance.now() - begin);
  }
  return slowest;
}

async function post(url: string, cluster: Cluster): Promise<{ status: number }> {
  const body = { room: 'elsewhere', id: cluster.random.uuid(), message: 'hello' };
  return requestJson(`${url}/messages`, { method: 'POST', body });
}

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status;
}
