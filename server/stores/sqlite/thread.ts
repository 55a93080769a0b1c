import Database from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';
import { kindOf } from '../../entry-kinds';
import { prepareAppend } from './append';
import { makeDurable } from './durability';
import { prepareGuardedRun } from './guarded-run';
import { ProgressCounter } from './progress';
import { WalEraser } from './wal-eraser';
import type { Answer, Task } from './writer';

/*
 * The thread that writes. fsync is slow: only the writers of the batch wait for it, and the main thread serves everybody
 * else.
 */
const db = new Database(workerData as string);
makeDurable(db);
// Ids are random, so each message changes another page of their index: the cache should hold all of them.
db.pragma('cache_size = -65536');
// Overwrite what is deleted, instead of only unlinking it.
db.pragma('secure_delete = ON');
const append = prepareAppend(db);
const run = prepareGuardedRun(db);

/** The idle time before a passive checkpoint, in ms. */
const PAUSE = 1_000;
// A commit checkpoints only without such a pause, since its writers wait for that. 16,000 pages are 64 MB.
db.pragma('wal_autocheckpoint = 16000');
const resting = setTimeout(() => {
  try {
    db.pragma('wal_checkpoint(PASSIVE)');
  } catch {
    // The disk may be full. What is committed is safe in the WAL, and the next pause is as good.
  }
}, PAUSE).unref();

const eraser = new WalEraser(db);
const counter = new ProgressCounter(db);

function work(task: Task): unknown {
  switch (task.type) {
    case 'append': {
      const written = append(task.drafts, task.at);
      counter.update();
      if (task.drafts.some(([, , , , type]) => kindOf(type)?.erases)) eraser.request();
      return written;
    }
    case 'run': {
      const outcome = run(task.guards, task.statements);
      counter.update();
      return outcome;
    }
    case 'ping':
      return undefined;
    case 'close':
      eraser.stop();
      counter.close();
      return void db.close();
  }
}

parentPort!.on('message', ({ id, task }: { id: number; task: Task }) => {
  let answer: Answer;
  try {
    answer = { id, result: work(task) };
  } catch (error) {
    answer = { id, error: String(error), code: (error as { code?: string }).code };
  }
  parentPort!.postMessage(answer);
  if (task.type !== 'ping') resting.refresh();
  if (task.type === 'close') parentPort!.close();
});
