import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ALL_WRITES } from '../transports/all';
import { check, Skipped, waitUntil, type Case } from './case';
import { withFixture, type Fixture } from './fixture';

const WRITES_PER_TRANSPORT = 20;

/** The order of the server's system calls: the write-ahead log is synced before the answer is written to a socket. */
export const f2: Case = {
  name: 'F2',
  title: 'the sync of the WAL precedes the bytes of the acknowledgement',
  run: (build) => {
    if (spawnSync('strace', ['-V']).status !== 0) throw new Skipped('strace is not installed.');
    return withFixture(build, async (fixture) => {
      const { ids, trace } = await traceWrites(fixture);
      for (const id of ids) checkOrder(trace, id);
      return `${ids.length} of ${ids.length} acknowledgements after their sync, over ${ALL_WRITES.join(', ')}`;
    });
  },
};

/** Writes over each transport. @returns the ids of the messages, and the lines of strace. */
async function traceWrites(fixture: Fixture): Promise<{ ids: string[]; trace: string[] }> {
  const file = join(fixture.folder, 'strace');
  const calls = 'trace=fdatasync,fsync,write,writev,sendto,sendmsg,pwrite64';
  const options = ['-f', '-y', '-s', '65536', '-e', calls, '-o', file, '-p', String(fixture.pid)];
  const strace = spawn('strace', options);
  let errors = '';
  strace.stderr.on('data', (chunk) => (errors += String(chunk)));
  await Promise.race([
    waitUntil('strace attaches', 5_000, () => errors.includes('attached')),
    once(strace, 'exit'),
  ]);
  if (strace.exitCode !== null) throw new Skipped(`strace can't attach: ${errors.trim()}`);
  const ids: string[] = [];
  for (const transport of ALL_WRITES) {
    const writer = await fixture.openWriter(transport);
    for (let i = 0; i < WRITES_PER_TRANSPORT; i += 1) {
      const id = fixture.random.uuid();
      await fixture.write(writer, `synced ${i}`, id);
      ids.push(id);
    }
  }
  await pause(200);
  const exited = once(strace, 'exit');
  strace.kill('SIGINT');
  await exited;
  return { ids, trace: readFileSync(file, 'utf8').split('\n') };
}

/** @throws {Error} unless the last write to the WAL before the answer to this id was also synced before it. */
function checkOrder(trace: readonly string[], id: string): void {
  // The answer is the first write to a socket that contains the id.
  const answered = trace.findIndex(
    (line) => /^\d+ +(write|writev|sendto|sendmsg)\(\d+<(socket|TCP)/.test(line) && line.includes(id),
  );
  check(answered >= 0, `The answer to ${id} is not in the trace.`);
  const before = trace.slice(0, answered);
  const written = before.findLastIndex((line) => line.includes('-wal>') && line.includes('pwrite64('));
  const synced = findLastSync(before);
  check(
    written >= 0 && synced > written,
    `${id} was answered at line ${answered}; written ${written}, synced ${synced}.`,
  );
}

/** Finds the line where the last sync of the WAL ended. strace splits a call into two lines if other threads make calls meanwhile. */
function findLastSync(lines: readonly string[]): number {
  const unfinished = new Set<string>();
  let last = -1;
  lines.forEach((line, i) => {
    const [thread = ''] = line.split(' ', 1);
    const call = /f(data)?sync\(\d+<[^>]*-wal>(\) += 0| <unfinished)/.exec(line);
    if (call?.[2] === ' <unfinished') unfinished.add(thread);
    else if (call) last = i;
    else if (/<\.\.\. f(data)?sync resumed>\) += 0/.test(line) && unfinished.delete(thread)) last = i;
  });
  return last;
}
