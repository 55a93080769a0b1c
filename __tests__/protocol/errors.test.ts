import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STATUS } from '../../server/refusal';

it('PROTOCOL.md lists every error code with its status', () => {
  const document = readFileSync(join(__dirname, '..', '..', 'PROTOCOL.md'), 'utf8');
  const rows = [...document.matchAll(/^\| `([a-z_]+)` +\| (\d{3}) /gm)];
  expect(Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)]))).toEqual(STATUS);
});
