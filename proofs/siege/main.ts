import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { print, runCommand } from '../command-line';
import { MESSAGE_MAX } from '../../server/entry-kinds';
import { copyBuild, ROOT } from '../soak/build';
import { withFixture, type Fixture } from '../soak/cases/fixture';
import { anonymousMemoryMb, peakMemoryMb } from '../soak/cases/process-figures';
import { TS_NODE } from '../ts-node';
import { readOptions, USAGE, type Options } from './options';
import { WellBehavedClients } from './well-behaved';

/** How much the server's memory may have grown after recovery, in MB. */
const MAX_GROWTH_MB = 32;
/** How long the server may take to free the memory of an attack, in ms: it detects dead connections after 65 s. */
const RECOVERY_MS = 90_000;
/** How long the latencies before and after an attack are measured, in ms. */
const QUIET_MS = 10_000;
/** How many of the problems of an attack are printed. */
const MAX_PROBLEMS = 5;

/** The server's `--max-old-space-size`. */
const HEAP_MB = 256;
/** How often the server's memory is measured during an attack, in ms. */
const MEMORY_INTERVAL_MS = 100;
/** The length of the room that is attacked, in messages of the maximum length. */
const STORED = 1_000;

/** Runs one attack in a process of its own. @returns the server's peak memory in MB, and the attacker's counters. */
async function runAttacker(
  fixture: Fixture,
  name: string,
  { seconds, addresses }: Options,
): Promise<{ peakMb: number; counters: string }> {
  const child = spawn(
    process.execPath,
    [...TS_NODE, join(__dirname, 'attacker.ts'), String(fixture.server.port), String(addresses), name],
    { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let counters = '';
  child.stdout.on('data', (chunk) => (counters += String(chunk)));
  const peakMb = await peakMemoryMb(fixture.pid, MEMORY_INTERVAL_MS, () => pause(seconds * 1_000));
  child.stdin.end();
  await once(child, 'close');
  return { peakMb, counters };
}

/** Waits until the memory is close to its start, at most {@link RECOVERY_MS}. @returns the memory then, in MB. */
async function waitForRecovery(fixture: Fixture, startMb: number): Promise<number> {
  const deadline = performance.now() + RECOVERY_MS;
  const memoryMb = (): number => anonymousMemoryMb(fixture.pid);
  while (memoryMb() > startMb + MAX_GROWTH_MB && performance.now() < deadline) await pause(500);
  return memoryMb();
}

/** Runs one attack next to well-behaved clients, and prints the figures. @returns whether the server withstood it. */
async function besiege(
  fixture: Fixture,
  name: string,
  clients: WellBehavedClients,
  options: Options,
): Promise<boolean> {
  await pause(QUIET_MS);
  const before = clients.takeFigures();
  const startMb = anonymousMemoryMb(fixture.pid);
  const { peakMb, counters } = await runAttacker(fixture, name, options);
  const during = clients.takeFigures();
  const endMb = await waitForRecovery(fixture, startMb);
  clients.takeFigures();
  await pause(QUIET_MS);
  const after = clients.takeFigures();
  const exit = fixture.server.child.exitCode ?? fixture.server.child.signalCode;
  const problems = await clients.end();
  if (exit !== null) problems.unshift(`The server exited with ${exit}.`);
  if (endMb > startMb + MAX_GROWTH_MB) {
    problems.push(`Memory did not return to within ${MAX_GROWTH_MB} MB.`);
  }
  const memory = [startMb, peakMb, endMb].map((mb) => mb.toFixed(0)).join(' → ');
  print(`${problems.length > 0 ? 'FAILED' : 'ok    '} ${name}`);
  print(`       ${memory}; ${before} | ${during} | ${after}`);
  print(`       ${counters}`);
  problems.slice(0, MAX_PROBLEMS).forEach((problem) => print(`       ${problem}`));
  if (exit !== null) await fixture.start();
  return problems.length === 0;
}

async function runAll(fixture: Fixture, options: Options): Promise<boolean> {
  await fixture.fill(STORED, MESSAGE_MAX);
  await fixture.server.end('SIGTERM');
  await fixture.start({ LIMITS: 'on', NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` });
  let passed = true;
  let clients = await WellBehavedClients.open(fixture);
  // Let ordinary use compile the code and fill the caches, so that it does not count as the cost of an attack.
  await pause(QUIET_MS);
  clients.takeFigures();
  print('MB start → peak → end; p50/p99 ms of an acknowledgement · of a read, before | during | after');
  for (const name of options.attacks) {
    const withstood = await besiege(fixture, name, clients, options);
    passed &&= withstood;
    clients = await WellBehavedClients.open(fixture);
  }
  await clients.end();
  return passed;
}

async function main(options: Options): Promise<boolean> {
  const build = copyBuild();
  try {
    let passed = false;
    await withFixture(build, async (fixture) => {
      passed = await runAll(fixture, options);
      return '';
    });
    return passed;
  } finally {
    build.remove();
  }
}

runCommand(USAGE, () => readOptions(process.argv.slice(2)), main);
