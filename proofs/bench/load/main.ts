import { appends } from './appends';
import { behave } from './behave';
import { fanOut } from './fan-out';
import { hostile } from './hostile';
import { idle } from './idle';
import { joins } from './joins';

/** What a load process can be asked to do: it says `ready` when the measuring begins, and then what it saw. */
export const TASKS = { appends, behave, fanOut, hostile, idle, joins };
export type Tasks = typeof TASKS;

process.on('message', ({ task, load }: { task: keyof Tasks; load: never }) => {
  TASKS[task](load, () => process.send!('ready')).then(
    (seen) => process.send!(seen),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
