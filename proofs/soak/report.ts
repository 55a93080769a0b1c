import type { Plan, RandomRun } from './random-run';
import { READ_TRANSPORTS, WRITE_TRANSPORTS } from './transports/all';

const formatCount = (value: number): string => Math.round(value).toLocaleString('en');
const formatCounts = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, value]) => `${name} ${formatCount(value)}`).join(', ') || 'none';

/** Describes the progress of a run in one line. */
export function formatProgress({ counters, outcomes, findings, seconds, backlog }: RandomRun): string {
  return [
    `${seconds.toFixed(0).padStart(5)} s`,
    `${formatCount(counters.deliveries)} delivered (${formatCount(counters.deliveries / seconds)}/s)`,
    `${formatCount(outcomes.acknowledged)} acknowledged`,
    `${formatCount(backlog)} outstanding`,
    `${formatCount(counters.faults)} faults`,
    `${findings.total} findings`,
  ].join(', ');
}

/** Describes the results of a run, and the command that repeats it. */
export function formatSummary(run: RandomRun, plan: Plan): string {
  const { counters, outcomes, findings } = run;
  const { loss, duplicate, reordering, phantom, answer } = findings.counts;
  return [
    `delivered      ${formatCount(counters.deliveries)} in ${run.seconds.toFixed(0)} s: ${formatCounts(counters.deliveriesByTransport)}`,
    `connections    ${formatCount(counters.connections)} by readers`,
    `requests       ${run.requests.map(formatCount).join(', ') || 'none'} sent to each node by the balancer`,
    `messages       ${formatCount(counters.sent)} sent: ${formatCount(outcomes.acknowledged)} acknowledged, ` +
      `${formatCount(outcomes.refused)} refused, ${formatCount(outcomes.unknown)} unknown`,
    `lost           ${formatCount(outcomes.lost)} acknowledged messages that ${formatCount(outcomes.restores)} restored backups lack; ` +
      `${formatCount(counters.resets)} resets of readers beyond them`,
    `sent again     ${formatCount(counters.retried)} unanswered, ${formatCount(counters.repeated)} acknowledged`,
    `faults         ${formatCounts(counters.faultsByName)}`,
    `slowest start  ${formatCount(run.slowestStartMs)} ms`,
    `found          ${loss} losses, ${duplicate} duplicates, ${reordering} reorderings, ${phantom} phantoms, ${answer} wrong answers`,
    ...findings.evidence.map((line) => `  ${line}`),
    `seed           ${plan.seed}`,
    `replay         ${replayCommand(plan)}`,
  ].join('\n');
}

function replayCommand({
  seed,
  deliveries,
  minutes,
  readers,
  writers,
  reads,
  writes,
  database,
  nodes,
  bell = 'notify',
}: Plan): string {
  const transports = [
    ...(reads.length < Object.keys(READ_TRANSPORTS).length ? [`--reads ${reads.join()}`] : []),
    ...(writes.length < Object.keys(WRITE_TRANSPORTS).length ? [`--writes ${writes.join()}`] : []),
  ];
  return [
    `npm run soak -- --seed ${seed} --deliveries ${deliveries} --minutes ${minutes}`,
    `--readers ${readers} --writers ${writers} --database ${database} --nodes ${nodes} --bell ${bell}`,
    ...transports,
  ].join(' ');
}
