import type Database from 'better-sqlite3';
import type { Guard, Statement } from '../sql/database';
import { COUNT } from './progress';

/**
 * Prepares the transaction that checks guards in order and, if all hold, runs statements. The function that it returns
 * returns `done`, or the conflict of the first guard that does not hold, when it is durable.
 */
export function prepareGuardedRun(
  db: Database.Database,
): (guards: readonly Guard[], statements: readonly Statement[]) => string {
  const count = db.prepare(COUNT);
  const holds = ([sql, ...values]: Statement): boolean => db.prepare(sql).get(...values) !== undefined;
  const run = db.transaction((guards: readonly Guard[], statements: readonly Statement[]): string => {
    const conflict = guards.find(([, query]) => !holds(query));
    if (conflict) return conflict[0];
    for (const [sql, ...values] of statements) db.prepare(sql).run(...values);
    count.run();
    return 'done';
  });
  return (guards, statements) => run.immediate(guards, statements);
}
