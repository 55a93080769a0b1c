import Database from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';
import { appending } from './appending';
import { durable } from './durable';
import type { Answer, Statement, Task } from './writer';

/*
 * The thread that writes. A commit waits for the disk, which may take its time: nobody waits for it here but those
 * whose messages are in it, and everybody else is served meanwhile.
 */
const db = new Database(workerData as string);
durable(db);
// The ids are random, so each message changes some page of their index, and all of these are best kept in memory.
db.pragma('cache_size = -65536');
// What is deleted is overwritten, and not only forgotten.
db.pragma('secure_delete = ON');
const append = appending(db);
const run = db.transaction((statements: readonly Statement[], guard?: Statement) => {
  if (guard && !holds(guard)) return undefined;
  return statements.map(([sql, ...values]) => db.prepare(sql).run(...values).changes);
});
const holds = ([sql, ...values]: Statement): boolean => db.prepare(sql).get(...values) !== undefined;

/** How long nobody has anything to write before what is in the WAL is brought to the database, in ms. */
const PAUSE = 1_000;
// A commit does so only when there is no pause for long: its messages wait for it. 16,000 pages are 64 MB.
db.pragma('wal_autocheckpoint = 16000');
const resting = setTimeout(() => {
  try {
    db.pragma('wal_checkpoint(PASSIVE)');
  } catch {
    // The disk may be full. What is committed is safe in the WAL, and the next pause is as good.
  }
}, PAUSE).unref();

/** Leaves nothing in the WAL, where the text of what was deleted still stands. */
function empty(): void {
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    // The deletion itself is committed; what is left of the text goes with the next one, or at the next start.
    console.error('What was deleted is still in the WAL:', error);
  }
}

function work(task: Task): unknown {
  switch (task.type) {
    case 'append': {
      const outcomes = append(task.drafts, task.at);
      if (task.drafts.some(([, , , , type]) => type === 'delete_message')) empty();
      return outcomes;
    }
    case 'run':
      return run.immediate(task.statements, task.guard);
    case 'close':
      return void db.close();
  }
}

parentPort!.on('message', ({ id, task }: { id: number; task: Task }) => {
  let answer: Answer;
  try {
    answer = { id, result: work(task) };
  } catch (error) {
    answer = { id, error: String(error) };
  }
  parentPort!.postMessage(answer);
  resting.refresh();
  if (task.type === 'close') parentPort!.close();
});
