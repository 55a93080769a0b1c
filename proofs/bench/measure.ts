import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Tasks } from './load/main';
import type { Server } from './server';

type Load<Task extends keyof Tasks> = Omit<Parameters<Tasks[Task]>[0], 'port'>;
type Seen<Task extends keyof Tasks> = Awaited<ReturnType<Tasks[Task]>>;

/** What the load saw, and what the server needed for it. */
export type Measured<Task extends keyof Tasks> = Seen<Task> & {
  /** Processor time of the server, in s. */
  cpu: number;
  /** How much its memory grew, in KB, with the load still there. */
  grown: number;
};

/** Puts a load on a server, from a process of its own, pinned to processor 1. */
export function measure<Task extends keyof Tasks>(
  server: Server,
  task: Task,
  load: Load<Task>,
): Promise<Measured<Task>> {
  return withLoad(server, task, load, async (said) => {
    const before = { cpu: server.cpu(), memory: server.memory() };
    const seen = (await said()) as Seen<Task>;
    return { ...seen, cpu: server.cpu() - before.cpu, grown: server.memory() - before.memory };
  });
}

/** Does something while a server is under a load, likewise, and ends the load then. */
export function beside<Task extends keyof Tasks, T>(
  server: Server,
  task: Task,
  load: Load<Task>,
  work: () => Promise<T>,
): Promise<T> {
  return withLoad(server, task, load, (said) => Promise.race([work(), said() as Promise<never>]));
}

/** @param use is called when the measuring begins, with what waits for what the load says next. */
async function withLoad<Task extends keyof Tasks, T>(
  server: Server,
  task: Task,
  load: Load<Task>,
  use: (said: () => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const child = fork(join(__dirname, 'load', 'main.ts'), {
    execArgv: ['-r', 'ts-node/register/transpile-only'],
    execPath: join(__dirname, 'load', 'pinned'),
  });
  try {
    const said = async (): Promise<unknown> => {
      const failed = once(child, 'exit').then(([code]) => {
        throw new Error(`The load ended with ${code}.`);
      });
      const [message] = (await Promise.race([once(child, 'message'), failed])) as [unknown];
      return message;
    };
    child.send({ task, load: { ...load, port: server.port } });
    await said();
    return await use(said);
  } finally {
    const gone = child.exitCode === null && once(child, 'exit');
    child.kill();
    await gone;
  }
}
