import { LOCAL, TABLES } from '../../../../server/stores/transfer/tables';
import { PLACES } from '../../../support/places';

/** How to list the columns of a database. */
const COLUMNS: Record<string, string> = {
  SQLite: `SELECT t.name AS "table", c.name AS "column" FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'`,
  PostgreSQL: `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
    WHERE table_schema = current_schema()`,
};

describe('the tables that are exported', () => {
  it.each(Object.keys(PLACES))(
    'are all tables of %s, with all columns, but those that stay there',
    async (kind) => {
      const place = await PLACES[kind]!();
      await (await place.open()).close();
      const found = (await place.query(COLUMNS[kind]!)) as { table: string; column: string }[];
      const exported = found
        .map(({ table, column }) => [table, `${table}.${column}`])
        .filter((names) => !names.some((name) => LOCAL.includes(name)))
        .map(([, name]) => name);
      const expected = TABLES.flatMap(({ name, columns }) =>
        Object.keys(columns).map((column) => `${name}.${column}`),
      );
      expect(exported.sort()).toEqual(expected.sort());
      await place.remove();
    },
  );
});
