import type { Plan, RandomRun } from './random-run';
import { READS, WRITES } from './transports/all';

const count = (value: number): string => Math.round(value).toLocaleString('en');
const list = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, value]) => `${name} ${count(value)}`).join(', ') || 'none';

/** Where a run stands, in one line. */
export function progress({ tally, ledger, findings, seconds, behind }: RandomRun): string {
  return [
    `${seconds.toFixed(0).padStart(5)} s`,
    `${count(tally.deliveries)} delivered (${count(tally.deliveries / seconds)}/s)`,
    `${count(ledger.acknowledged)} acknowledged`,
    `${count(behind)} to come`,
    `${count([...tally.faults.values()].reduce((a, b) => a + b, 0))} faults`,
    `${findings.total} findings`,
  ].join(', ');
}

/** What came of a run. */
export function summary(run: RandomRun, plan: Plan): string {
  const { tally, ledger, findings } = run;
  const { loss, double, disorder, stranger, answer } = findings.counts;
  return [
    `delivered      ${count(tally.deliveries)} in ${run.seconds.toFixed(0)} s: ${list(tally.delivered)}`,
    `connections    ${count(tally.connections)} by readers`,
    `messages       ${count(tally.sent)} sent: ${count(ledger.acknowledged)} acknowledged, ` +
      `${count(ledger.refused)} refused, ${count(ledger.unknown)} unknown`,
    `sent again     ${count(tally.retried)} unanswered, ${count(tally.repeated)} acknowledged ones`,
    `faults         ${list(tally.faults)}`,
    `slowest start  ${count(run.slowestStart)} ms`,
    `found          ${loss} losses, ${double} doubles, ${disorder} disorders, ${stranger} strangers, ${answer} wrong answers`,
    ...findings.evidence.map((line) => `  ${line}`),
    `seed           ${plan.seed}`,
    `replay         ${command(plan)}`,
  ].join('\n');
}

function command({ seed, deliveries, minutes, readers, writers, reads, writes }: Plan): string {
  const ways = [
    ...(reads.length < Object.keys(READS).length ? [`--reads ${reads.join()}`] : []),
    ...(writes.length < Object.keys(WRITES).length ? [`--writes ${writes.join()}`] : []),
  ];
  return [
    `npm run soak -- --seed ${seed} --deliveries ${deliveries} --minutes ${minutes}`,
    `--readers ${readers} --writers ${writers}`,
    ...ways,
  ].join(' ');
}
