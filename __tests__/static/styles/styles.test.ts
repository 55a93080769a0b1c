import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..', '..', 'static', 'styles');
const sheets = readdirSync(folder).filter((name) => name.endsWith('.css'));

it.each(sheets)(
  '%s has no rule with :has(), which restyles the whole log whenever anything changes',
  (name) => {
    expect(readFileSync(join(folder, name), 'utf8')).not.toContain(':has(');
  },
);
