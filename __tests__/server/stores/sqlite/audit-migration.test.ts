import Database from 'better-sqlite3';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { skeletonOf } from '../../../../server/identity/name';
import { openStores } from '../../../../server/stores/open';
import { MIGRATIONS } from '../../../../server/stores/sqlite/schema';
import { createTemporaryFolder } from '../../../support/temporary-folder';

/** The step that makes objects of the details, which were texts. */
const STEP = MIGRATIONS.findIndex((step) => step.includes('RENAME COLUMN detail TO details'));

/** What the audit log held before, and holds now: an action, its text and its details. */
const ROWS: [action: string, text: string, details: object][] = [
  ['delete_message', '#lobby, Masha', { room: 'lobby', username: 'Masha' }],
  ['delete_message', '#a-1, M, "the" \\ one', { room: 'a-1', username: 'M, "the" \\ one' }],
  ['mute', '10 min', { minutes: 10 }],
  ['mute', 'for good', {}],
  ['unmute', '', {}],
  ['unmute', '0 min', {}],
  ['ban', '60 min', { minutes: 60, addresses: [] }],
  ['ban', 'for good', { addresses: [] }],
  ['ban', 'for good, 192.0.2.1', { addresses: ['192.0.2.1'] }],
  [
    'ban',
    '5 min, 192.0.2.1, 2001:db8:1:2::/64',
    { minutes: 5, addresses: ['192.0.2.1', '2001:db8:1:2::/64'] },
  ],
  ['unban', '', {}],
  ['set_role', 'moderator', { role: 'moderator' }],
  ['set_room', 'locked, 0 s', { locked: true, slow: 0 }],
  ['set_room', 'open, 30 s', { locked: false, slow: 30 }],
  ['invite', 'member, 5 times', { role: 'member', uses: 5 }],
  ['revoke_invitation', '', {}],
  ['redeem_invitation', 'owner', { role: 'owner' }],
];

it('an audit log whose details are texts gets them as objects, and keeps its ids', async () => {
  const { path: folder, remove } = createTemporaryFolder();
  const file = join(folder, 'parley.db');
  const db = new Database(file);
  chmodSync(file, 0o600);
  db.function('skeleton', (name) => skeletonOf(String(name)));
  for (const step of MIGRATIONS.slice(0, STEP)) db.exec(step);
  db.pragma(`user_version = ${STEP}`);
  const insert = db.prepare(
    "INSERT INTO audit (at, visitor, action, target, detail) VALUES (?, 'v', ?, 't', ?)",
  );
  ROWS.forEach(([action, text], i) => insert.run(i, action, text));
  db.close();

  const stores = await openStores(file);
  const entries = await stores.moderation.auditLog(Infinity, ROWS.length);
  expect(entries.reverse()).toEqual(
    ROWS.map(([action, , details], i) => ({ id: i + 1, at: i, visitor: 'v', action, target: 't', details })),
  );
  await stores.close();
  remove();
});
