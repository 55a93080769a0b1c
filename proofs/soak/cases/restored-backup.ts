import { backUp, restore } from '../backup';
import { ANY_NODE_READS, READ_TRANSPORTS, type ReadTransport } from '../transports/all';
import { withTimeout } from '../transports/transport';
import { check, type Case } from './case';
import { withCluster, type Cluster } from './cluster';

/** How many messages are written before the backup, and after it, which the backup lacks. */
const WRITTEN = 20;
/** How many are written after the restore: more than it lacks, so that no seq tells a lost history from this one. */
const REWRITTEN = 30;
const ANSWER_MS = 10_000;

/** A backup by `CREATE DATABASE … TEMPLATE`, of the state that a standby without the tail would have as well. */
export const f21: Case = {
  name: 'F21',
  title:
    'an older backup of PostgreSQL is restored and written on while readers are away: a reset for each of them',
  run: (build) =>
    withCluster(build, async (cluster) => {
      await fill(cluster, WRITTEN);
      await backUp(cluster.postgres);
      await fill(cluster, WRITTEN);
      const before = cluster.log.cursor(WRITTEN / 2);
      const lost = cluster.log.cursor(2 * WRITTEN);
      cluster.stopReading();
      const { nodes } = cluster.deployment;
      await Promise.all(nodes.map((node) => node.stop('SIGTERM')));
      await restore(cluster.postgres);
      await Promise.all(nodes.map((node) => node.start()));
      for (let i = 0; i < REWRITTEN; i += 1) await cluster.write(`another history ${i}`);
      for (const transport of ANY_NODE_READS) {
        const answers = [
          await answerTo(cluster, transport, lost),
          await answerTo(cluster, transport, before),
        ];
        const expected = `reset, ${WRITTEN / 2 + 1}`;
        check(
          answers.join(', ') === expected,
          `${transport} answered ${answers.join(', ')}, not ${expected}.`,
        );
      }
      return `a reset for a cursor of the lost history, and none for one from before the backup, on ${ANY_NODE_READS.length} transports`;
    }),
};

async function fill(cluster: Cluster, count: number): Promise<void> {
  let seq = 0;
  for (let i = 0; i < count; i += 1) seq = await cluster.write(`message ${i}`);
  await cluster.caughtUp(seq);
}

/** Returns the seq of the first message that a reader gets after a cursor, or `reset`. */
async function answerTo(cluster: Cluster, transport: ReadTransport, cursor: string): Promise<string> {
  let resolveAnswer!: (answer: string) => void;
  const answer = new Promise<string>((resolve) => (resolveAnswer = resolve));
  const url = cluster.deployment.randomUrl(cluster.random, transport);
  const connection = READ_TRANSPORTS[transport](url, 'lobby', cursor, {
    onMessage: ({ seq }) => resolveAnswer(String(seq)),
    onReset: () => resolveAnswer('reset'),
  });
  try {
    return await withTimeout(ANSWER_MS, transport, answer);
  } finally {
    connection.close();
  }
}
