import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { TS_NODE } from '../ts-node';
import type { Tasks } from './load/main';
import type { Server } from './server';

type FullLoad<Task extends keyof Tasks> = Parameters<Tasks[Task]>[0];
type Load<Task extends keyof Tasks> = Omit<FullLoad<Task>, 'port'>;
type LoadResult<Task extends keyof Tasks> = Awaited<ReturnType<Tasks[Task]>>;

/** The result of the load, and its cost for the server. */
export type Measured<Task extends keyof Tasks> = LoadResult<Task> & {
  /** The server's processor time, in s. */
  cpuSeconds: number;
  /** How much the server's memory has grown while the load is still there, in KB. */
  grownKb: number;
};

/** Measures a server under a load from another process, which is pinned to core 1. */
export function measure<Task extends keyof Tasks>(
  server: Server,
  task: Task,
  load: Load<Task>,
): Promise<Measured<Task>> {
  return withLoad(task, { ...load, port: server.port }, async (nextMessage) => {
    const before = { cpuSeconds: server.cpuSeconds(), memoryKb: server.memoryKb() };
    const result = (await nextMessage()) as LoadResult<Task>;
    return {
      ...result,
      cpuSeconds: server.cpuSeconds() - before.cpuSeconds,
      grownKb: server.memoryKb() - before.memoryKb,
    };
  });
}

/** Runs a function while a server is under a load that does not end by itself. */
export function runBeside<Task extends keyof Tasks, T>(
  server: Server,
  task: Task,
  load: Load<Task>,
  run: () => Promise<T>,
): Promise<T> {
  return withLoad(task, { ...load, port: server.port }, (nextMessage) =>
    Promise.race([run(), nextMessage() as Promise<never>]),
  );
}

/** Generates a load in another process, for several servers or where their cost does not matter. */
export function runLoad<Task extends keyof Tasks>(
  task: Task,
  load: FullLoad<Task>,
): Promise<LoadResult<Task>> {
  return withLoad(task, load, (nextMessage) => nextMessage() as Promise<LoadResult<Task>>);
}

/**
 * Starts the process that generates the load, and ends it afterwards.
 * @param run is called when the measurement begins, with a function that waits for the next message of that process.
 */
async function withLoad<T>(
  task: keyof Tasks,
  load: object,
  run: (nextMessage: () => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const child = fork(join(__dirname, 'load', 'main.ts'), {
    execArgv: TS_NODE,
    execPath: join(__dirname, 'load', 'pinned'),
  });
  try {
    const nextMessage = async (): Promise<unknown> => {
      const failed = once(child, 'exit').then(([code]) => {
        throw new Error(`The load exited with ${code}.`);
      });
      const [message] = (await Promise.race([once(child, 'message'), failed])) as [unknown];
      return message;
    };
    child.send({ task, load });
    await nextMessage();
    return await run(nextMessage);
  } finally {
    const exited = child.exitCode === null && once(child, 'exit');
    child.kill();
    await exited;
  }
}
