import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WRITES, type WriteName } from '../transports/all';
import { expect, Skipped, until, type Case } from './case';
import { onGround } from './fixture';

const WRITTEN = 20;

/** What the kernel was asked for, in order: the sync of the log must stand before the bytes of the answer. */
export const f2: Case = {
  name: 'F2',
  title: 'the sync of the WAL precedes the bytes of the acknowledgement',
  run: (build) => {
    if (spawnSync('strace', ['-V']).status !== 0) throw new Skipped('strace is not installed.');
    return onGround(build, async (ground) => {
      const file = join(ground.folder, 'strace');
      const calls = 'trace=fdatasync,fsync,write,writev,sendto,sendmsg,pwrite64';
      const strace = spawn('strace', [
        '-f',
        '-y',
        '-s',
        '65536',
        '-e',
        calls,
        '-o',
        file,
        '-p',
        `${ground.pid}`,
      ]);
      let told = '';
      strace.stderr.on('data', (chunk) => (told += String(chunk)));
      await Promise.race([
        until('strace attaches', 5_000, () => told.includes('attached')),
        once(strace, 'exit'),
      ]);
      if (strace.exitCode !== null) throw new Skipped(`strace can't attach: ${told.trim()}`);
      const ids: string[] = [];
      for (const way of Object.keys(WRITES) as WriteName[]) {
        const line = await ground.line(way);
        for (let i = 0; i < WRITTEN; i += 1) {
          const id = ground.dice.uuid();
          await ground.say(line, `synced ${i}`, id);
          ids.push(id);
        }
      }
      await pause(200);
      const ended = once(strace, 'exit');
      strace.kill('SIGINT');
      await ended;
      const lines = readFileSync(file, 'utf8').split('\n');
      for (const id of ids) {
        // The row is in a page that is written to the WAL; the answer is the first that goes to a socket with this id.
        const answered = lines.findIndex(
          (line) => /^\d+ +(write|writev|sendto|sendmsg)\(\d+<(socket|TCP)/.test(line) && line.includes(id),
        );
        const before = lines.slice(0, answered);
        const written = before.findLastIndex((line) => line.includes('-wal>') && line.includes('pwrite64('));
        const synced = lastSync(before);
        expect(answered >= 0, `The answer to ${id} is not in the trace.`);
        expect(
          written >= 0 && synced > written,
          `${id} was answered at line ${answered}; written ${written}, synced ${synced}.`,
        );
      }
      return `${ids.length} of ${ids.length} acknowledgements after their sync, over ${Object.keys(WRITES).join(', ')}`;
    });
  },
};

/** Where the last sync of the WAL has ended. If other threads ask for something meanwhile, strace tells of it in two lines. */
function lastSync(lines: readonly string[]): number {
  const unfinished = new Set<string>();
  let last = -1;
  lines.forEach((line, i) => {
    const [thread = ''] = line.split(' ', 1);
    const begins = /f(data)?sync\(\d+<[^>]*-wal>(\) += 0| <unfinished)/.exec(line);
    if (begins?.[2] === ' <unfinished') unfinished.add(thread);
    else if (begins) last = i;
    else if (/<\.\.\. f(data)?sync resumed>\) += 0/.test(line) && unfinished.delete(thread)) last = i;
  });
  return last;
}
