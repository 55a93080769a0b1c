import Database from 'better-sqlite3';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry, MessagePage, NewMessage } from '../../../../server/wire';
import { type RunningApp, startApp } from '../../../support/app';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporary-folder';
import { postJson, readPage, sendMessage } from '../../../support/http';

/** A database as version 5 of the schema wrote it, and what the server answered then. */
const FOLDER = join(__dirname, 'version-5');
const ANSWERS = JSON.parse(readFileSync(join(FOLDER, 'answers.json'), 'utf8')) as {
  pages: Record<string, MessagePage>;
  token: { token: string };
  olga: string;
};

const withoutHashes = (text: string): string => text.replace(/("[0-9a-z]+:\d+):[0-9a-f]{12}"/g, '$1"');
const withoutHash = (entry: Entry): Entry => JSON.parse(withoutHashes(JSON.stringify(entry))) as Entry;

describe('a database of version 5', () => {
  let place: TemporaryFolder;
  let app: RunningApp;

  beforeEach(async () => {
    place = createTemporaryFolder();
    const file = join(place.path, 'parley.db');
    const db = new Database(file);
    db.exec(readFileSync(join(FOLDER, 'database.sql'), 'utf8'));
    db.pragma('journal_mode = WAL');
    db.close();
    chmodSync(file, 0o600);
    app = await startApp({ DATABASE: file });
  });
  afterEach(async () => {
    await app.close();
    place.remove();
  });

  it.each(Object.entries(ANSWERS.pages))('answers %s as it did then, to the byte', async (query, then) => {
    const answer = await fetch(`${app.url}/messages?${query}`);
    // Cursors have had no hashes until then.
    expect(withoutHashes(await answer.text())).toBe(JSON.stringify(then));
  });

  it('keeps its cursors: reading goes on after each of them', async () => {
    const all = ANSWERS.pages['room=lobby&after=earliest']!.messages;
    const added = await sendMessage(app.url, 'since then');
    for (const { cursor, seq } of all) {
      const { messages } = await readPage(app.url, { after: cursor });
      expect(messages.slice(0, -1).map(withoutHash)).toEqual(all.slice(seq));
      expect(messages.at(-1)).toEqual(added);
    }
    expect(withoutHash(added).cursor).toBe(all[0]!.cursor.replace(/1$/, '10'));
  });

  it('recognises each message that is sent again, and answers a deleted one as it stands', async () => {
    for (const entry of ANSWERS.pages['room=lobby&after=earliest']!.messages.slice(0, 7)) {
      const { id, message = 'whatever it was' } = entry as NewMessage;
      const { status, body } = await postJson<Entry>(`${app.url}/messages`, { id, message });
      expect([status, withoutHash(body)]).toEqual([200, entry]);
    }
    const { id } = ANSWERS.pages['room=lobby&after=earliest']!.messages[0]!;
    expect(await postJson(`${app.url}/messages`, { id, message: 'another' })).toMatchObject({ status: 409 });
  });

  it('keeps its credentials', async () => {
    const headers = { Authorization: `Bearer ${ANSWERS.token.token}` };
    const { body } = await postJson(`${app.url}/messages`, { message: 'by the script' }, headers);
    expect(body).toMatchObject({ visitor: ANSWERS.olga, username: 'Olga' });
  });
});
