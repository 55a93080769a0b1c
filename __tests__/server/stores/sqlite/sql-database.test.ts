import { join } from 'node:path';
import type { Change } from '../../../../server/access/control-channel';
import { SqliteControl } from '../../../../server/stores/sqlite/control';
import { type Opened, openDatabase } from '../../../../server/stores/sqlite/database';
import { SqliteDatabase } from '../../../../server/stores/sqlite/sql-database';
import { Writer } from '../../../../server/stores/sqlite/writer';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporary-folder';

const ACCESS: Change = { type: 'change_access', visitor: 'v' };
const NAME: Change = { type: 'change_username', visitor: 'v', username: 'Masha' };

let folder: TemporaryFolder;
let opened: Opened;
let writer: Writer;
let sql: SqliteDatabase;
let announced: Change[];

beforeEach(() => {
  folder = createTemporaryFolder();
  opened = openDatabase(join(folder.path, 'parley.db'));
  writer = new Writer(opened.db.name);
  const control = new SqliteControl();
  announced = [];
  control.onChange((change) => void announced.push(change));
  sql = new SqliteDatabase(opened.db, writer, control);
});
afterEach(async () => {
  await writer.close();
  opened.close();
  folder.remove();
});

it('announces what a transaction changed, and nothing if a guard does not hold', async () => {
  expect(await sql.runGuarded([['never', ['SELECT 1 WHERE FALSE']]], [], ACCESS)).toBe('never');
  expect(announced).toEqual([]);
  expect(await sql.runGuarded([['never', ['SELECT 1']]], [], NAME)).toBe('done');
  expect(announced).toEqual([NAME]);
});

it('announces a change of access also if it is unknown whether it was committed', async () => {
  await expect(sql.runGuarded([], [['UPDATE missing SET id = ?', 'v']], NAME)).rejects.toThrow('missing');
  expect(announced).toEqual([]);
  await expect(sql.runGuarded([], [['UPDATE missing SET id = ?', 'v']], ACCESS)).rejects.toThrow('missing');
  expect(announced).toEqual([ACCESS]);
});
