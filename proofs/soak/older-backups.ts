import { backUp, discardBackup, restore } from './backup';
import type { Deployment } from './deployment';
import type { Fault, FaultTools } from './faults';
import type { ObservedLog } from './observed-log';
import type { Reader } from './reader';
import type { WriteOutcomes } from './write-outcomes';

/** The least number of messages that are acknowledged after a backup, and lost when it is restored. */
const MIN_LOST = 20;
/** The most. */
const MAX_LOST = 300;

/** What a restore concerns. */
export interface RestoredRun {
  deployment: Deployment;
  logs: readonly ObservedLog[];
  outcomes: WriteOutcomes;
  readers: readonly Reader[];
}

/**
 * Returns the fault that an older backup is restored, or that a standby takes over without the newest entries: the nodes
 * are stopped meanwhile, or keep running. Some readers are away until the new history is longer than the lost one, so
 * that only the hash in their cursors tells the two apart; the others see it happen.
 */
export function olderBackupFault(
  { deployment, logs, outcomes, readers }: RestoredRun,
  tools: () => FaultTools,
): Fault {
  const rooms = logs.map(({ room }) => room);
  return {
    weight: 4,
    inject: async () => {
      const { random, until } = tools();
      const postgres = deployment.postgres!;
      await backUp(postgres);
      const enough = outcomes.answered + MIN_LOST + random.below(MAX_LOST - MIN_LOST);
      if (!(await until(() => outcomes.answered >= enough))) return discardBackup(postgres);

      const comeBack = readers.filter(() => random.chance(0.5)).map((reader) => reader.leave());
      try {
        const isFailover = random.chance(0.5);
        if (!isFailover) await Promise.all(deployment.nodes.map((node) => node.stop('SIGTERM')));
        const lostHeads = new Map<string, number>();
        await restore(postgres, (restored) => {
          outcomes.restore(restored);
          for (const { room, head, lost } of restored) {
            logs.find((log) => log.room === room)?.restore(head, lost);
            lostHeads.set(room, head.seq + lost.length);
          }
        });
        if (!isFailover) await Promise.all(deployment.nodes.map((node) => node.start()));
        await until(() => rooms.every((room) => outcomes.highest(room) > (lostHeads.get(room) ?? 0)));
      } finally {
        comeBack.forEach((returnOne) => returnOne());
      }
    },
  };
}
