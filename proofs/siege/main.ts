import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { runCommand } from '../../__tests__/support/command';
import { copyBuild, ROOT } from '../soak/build';
import { onGround, type Ground } from '../soak/cases/fixture';
import { memory } from '../soak/cases/process-figures';
import { ATTACKS } from './attacks';
import { Crowd } from './well-behaved';

/** How far from its start the memory may be in the end, in MB. */
const GROWTH = 32;
/** How long the server has to let go of what an attack has left, in ms: connections that were cut are reaped in 65 s. */
const RECOVERY = 90_000;
/** How long it is measured before and after, in ms. */
const QUIET = 10_000;

const USAGE = `npm run siege -- [options]

  --seconds N       how long each attack lasts (default 60)
  --addresses N     how many addresses the attacks come from (default 4)
  --attacks a,b     those whose names contain one of these (default: all)
`;

interface Options {
  seconds: number;
  addresses: number;
  attacks: string[];
}

function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '60' },
      addresses: { type: 'string', default: '4' },
      attacks: { type: 'string', default: '' },
    },
  });
  const wanted = values.attacks.split(',');
  const attacks = Object.keys(ATTACKS).filter((name) => wanted.some((part) => name.includes(part)));
  if (attacks.length === 0) throw new Error(`The attacks are: ${Object.keys(ATTACKS).join('; ')}.`);
  return { seconds: Number(values.seconds), addresses: Number(values.addresses), attacks };
}

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Lets one kind of hostile client do its worst. @returns what it did, and the most memory meanwhile, in MB. */
async function attack(
  ground: Ground,
  name: string,
  options: Options,
): Promise<{ most: number; did: string }> {
  const child = spawn(
    process.execPath,
    [
      ...['-r', 'ts-node/register/transpile-only', join(__dirname, 'attacker.ts')],
      ...[String(ground.server.port), String(options.addresses), name],
    ],
    { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let did = '';
  child.stdout.on('data', (chunk) => (did += String(chunk)));
  let most = 0;
  const looking = setInterval(() => (most = Math.max(most, memory(ground.pid))), 100);
  await pause(options.seconds * 1_000);
  clearInterval(looking);
  child.stdin.end();
  await once(child, 'close');
  return { most, did };
}

/** Waits until the memory is near what it was. @returns what it is then, or at the end of the time for that, in MB. */
async function recovered(ground: Ground, start: number): Promise<number> {
  const late = performance.now() + RECOVERY;
  while (memory(ground.pid) > start + GROWTH && performance.now() < late) await pause(500);
  return memory(ground.pid);
}

async function besiege(ground: Ground, options: Options): Promise<boolean> {
  await ground.fill(1_000, 4_000);
  await ground.server.end('SIGTERM');
  await ground.start({ LIMITS: 'on', NODE_OPTIONS: '--max-old-space-size=256' });
  let well = true;
  let crowd = await Crowd.open(ground);
  // What is compiled and cached in ordinary use is no cost of an attack.
  await pause(QUIET);
  crowd.figures();
  print('MB start → most → end; p50/p99 ms of an acknowledgement · of a read, before | during | after');
  for (const name of options.attacks) {
    await pause(QUIET);
    const before = crowd.figures();
    const start = memory(ground.pid);
    const { most, did } = await attack(ground, name, options);
    const during = crowd.figures();
    const end = await recovered(ground, start);
    crowd.figures();
    await pause(QUIET);
    const after = crowd.figures();
    const dead = ground.server.child.exitCode ?? ground.server.child.signalCode;
    const wrong = await crowd.end();
    if (dead !== null) wrong.unshift(`The server ended with ${dead}.`);
    if (end > start + GROWTH) wrong.push(`Memory did not return to within ${GROWTH} MB.`);
    print(`${wrong.length > 0 ? 'FAILED' : 'ok    '} ${name}`);
    print(
      `       ${[start, most, end].map((mb) => mb.toFixed(0)).join(' → ')}; ${before} | ${during} | ${after}`,
    );
    print(`       ${did}`);
    wrong.slice(0, 5).forEach((line) => print(`       ${line}`));
    well &&= wrong.length === 0;
    if (dead !== null) await ground.start();
    crowd = await Crowd.open(ground);
  }
  await crowd.end();
  return well;
}

async function main(options: Options): Promise<boolean> {
  const build = copyBuild();
  try {
    let well = false;
    await onGround(build, async (ground) => {
      well = await besiege(ground, options);
      return '';
    });
    return well;
  } finally {
    build.remove();
  }
}

runCommand(USAGE, () => readOptions(process.argv.slice(2)), main);
