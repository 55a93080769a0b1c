import { appends } from './appends';
import { behave } from './behave';
import { fanOut } from './fan-out';
import { hostile } from './hostile';
import { idle } from './idle';
import { joins } from './joins';
import { nodes } from './nodes';

/** The loads that this process can generate. It sends `ready` when the measurement begins, and the result at the end. */
export const TASKS = { appends, behave, fanOut, hostile, idle, joins, nodes };
export type Tasks = typeof TASKS;

process.on('message', ({ task, load }: { task: keyof Tasks; load: never }) => {
  TASKS[task](load, () => process.send!('ready')).then(
    (result) => process.send!(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
