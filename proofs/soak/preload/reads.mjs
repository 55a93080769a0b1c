// Loaded into a server before it starts: counts the statements that read the log, and on SIGUSR2 writes the count to
// the file in COUNT_READS.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';

const Database = createRequire(process.argv[1])('better-sqlite3');
const { prepare } = Database.prototype;
let reads = 0;

Database.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  if (/^\s*SELECT[^]*\bFROM entries\b/i.test(sql)) {
    for (const name of ['all', 'get', 'iterate']) {
      const read = statement[name];
      statement[name] = function (...args) {
        reads += 1;
        return read.apply(this, args);
      };
    }
  }
  return statement;
};

process.on('SIGUSR2', () => writeFileSync(process.env.COUNT_READS, String(reads)));
