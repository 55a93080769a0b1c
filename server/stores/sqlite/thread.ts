import Database from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';
import { appending } from './appending';
import { durable } from './durable';
import type { Answer, Task } from './writer';

/*
 * The thread that writes. A commit waits for the disk, which may take its time: nobody waits for it here but those
 * whose messages are in it, and everybody else is served meanwhile.
 */
const db = new Database(workerData as string);
durable(db);
// The ids are random, so each message changes some page of their index, and all of these are best kept in memory.
db.pragma('cache_size = -65536');
const append = appending(db);

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

function work(task: Task): unknown {
  switch (task.type) {
    case 'append':
      return append(task.drafts, task.at);
    case 'run':
      return db.prepare(task.sql).run(...task.values).changes;
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
