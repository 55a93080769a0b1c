import type { Passkey, SpentChallenge } from '../../../server/accounts/passkey-store';
import { shorten, startOfChain } from '../../../server/log/chain';
import { formatCursor, parseCursor } from '../../../server/log/cursor';
import { cursorAt } from '../../../server/log/slice';
import type { AppendResult, LogSlice } from '../../../server/log/store';
import type { Stores } from '../../../server/stores/open';
import type { Entry } from '../../../server/wire';
import { type Backend, variantsOf } from '../../support/backends';
import { deletionDraft, messageDraft } from '../../support/drafts';
import { textOf } from '../../support/entry';

const NOW = new Date('2026-11-20T09:00:00.000Z');

const hashOf = ({ cursor }: Entry) => parseCursor(cursor).hash;
const texts = ({ entries }: LogSlice) => entries.map(textOf);
const passkey = (id: string, visitor: string): Passkey => {
  return { id, visitor, publicKey: '', counter: 0, transports: [], at: 0 };
};
const spent = (challenge: string): SpentChallenge => ({ challenge, at: 0, until: 1 });
const seqs = (results: unknown[]) => (results as AppendResult[]).map(({ entry }) => entry.seq);

describe.each(variantsOf(7))('a store in %s', (_name, create) => {
  let backend: Backend;
  let stores: Stores;

  beforeEach(async () => {
    backend = create();
    stores = await backend.open();
  });

  afterEach(async () => {
    await stores.close();
    await backend.remove();
  });

  const reopen = async (): Promise<void> => {
    await stores.close();
    stores = await backend.open();
  };

  it('answers a ping', async () => {
    await stores.ping();
  });

  it('finds nothing for a text with NUL, which PostgreSQL does not have, and stores one all the same', async () => {
    expect(await stores.accounts.visitorOf('a\0')).toBeUndefined();
    expect(await stores.contacts.removeContact('a\0')).toBe('not_found');
    const token = { id: 't', kind: 'token', hash: 'h', label: 'a\0b', at: 0, used: 0 } as const;
    expect(await stores.accounts.addToken('v', token, 1)).toBe('done');
    const [stored] = await stores.accounts.credentialsOf('v', 0);
    expect(stored!.label).toMatch(/^a[\0\ufffd]b$/);
    await stores.log.append([messageDraft('a\0\ud800')], NOW);
    expect(texts(await stores.log.after('lobby', 0, 1))).toEqual(['a\0\ud800']);
  });

  it('counts 1, 2, 3 … in each room, in the order of the drafts', async () => {
    const drafts = [
      messageDraft('a'),
      messageDraft('b', { room: 'other' }),
      messageDraft('c'),
      messageDraft('d'),
    ];
    expect(seqs(await stores.log.append(drafts, NOW))).toEqual([1, 1, 2, 3]);
    expect(seqs(await stores.log.append([messageDraft('e')], NOW))).toEqual([4]);
  });

  it('gives back what it was given, with its place', async () => {
    const given = messageDraft('line\n"quoted" 😀', { username: 'Маша' });
    const [result] = (await stores.log.append([given], NOW)) as [AppendResult];
    const { epoch, entries } = await stores.log.after('lobby', 0, 10);
    expect(entries).toEqual([result.entry]);
    expect(result).toEqual({
      repeated: false,
      entry: {
        type: 'new_message',
        seq: 1,
        cursor: expect.stringMatching(new RegExp(`^${epoch}:1:[0-9a-f]{12}$`)) as string,
        room: given.room,
        id: given.id,
        visitor: given.visitor,
        username: 'Маша',
        message: 'line\n"quoted" 😀',
        at: NOW.toISOString(),
      },
    });
  });

  it('returns the entry that an id has already, in the same batch or a later one', async () => {
    const once = messageDraft('once');
    const [first, again] = (await stores.log.append(
      [once, { ...once, visitor: 'other' }],
      NOW,
    )) as AppendResult[];
    const [later] = (await stores.log.append([once], new Date())) as AppendResult[];
    expect(first).toMatchObject({ repeated: false });
    expect(again).toEqual({ entry: first!.entry, repeated: true });
    expect(later).toEqual({ entry: first!.entry, repeated: true });
    expect(texts(await stores.log.after('lobby', 0, 10))).toEqual(['once']);
  });

  it('refuses an id with another body, and spends no seq on it', async () => {
    const once = messageDraft('once');
    const results = await stores.log.append(
      [once, messageDraft('else', { id: once.id }), messageDraft('next')],
      NOW,
    );
    expect(results[1]).toBe('id_taken');
    expect(texts(await stores.log.after('lobby', 0, 10))).toEqual(['once', 'next']);
    expect((await stores.log.after('lobby', 0, 10)).head).toBe(2);
  });

  it('takes the same id once in each room', async () => {
    const once = messageDraft('once');
    expect(seqs(await stores.log.append([once, { ...once, room: 'other' }], NOW))).toEqual([1, 1]);
  });

  it('reads forwards and backwards, in order and to a limit', async () => {
    await stores.log.append(
      [...'abcdefg'].map((letter) => messageDraft(letter)),
      NOW,
    );
    expect(texts(await stores.log.after('lobby', 2, 3))).toEqual(['c', 'd', 'e']);
    expect(texts(await stores.log.after('lobby', 7, 3))).toEqual([]);
    expect(texts(await stores.log.before('lobby', 4, 2))).toEqual(['b', 'c']);
    expect(texts(await stores.log.before('lobby', 1, 2))).toEqual([]);
    expect(texts(await stores.log.before('lobby', Infinity, 2))).toEqual(['f', 'g']);
    expect(await stores.log.after('lobby', 0, 0)).toMatchObject({ earliest: 0, head: 7, entries: [] });
    expect(await stores.log.after('empty', 0, 9)).toMatchObject({ earliest: 0, head: 0, entries: [] });
  });

  it('reads back the history that still exists, whatever else lies between them', async () => {
    const sent = [...'abcdef'].map((letter) => messageDraft(letter));
    await stores.log.append(sent, NOW);
    const deletions = [1, 2, 5].map((i) => deletionDraft(sent[i]!.id));
    await stores.log.append(
      [...deletions, messageDraft('g'), messageDraft('elsewhere', { room: 'other' })],
      NOW,
    );
    expect(texts(await stores.log.historyBefore('lobby', Infinity, 3))).toEqual(['d', 'e', 'g']);
    expect(texts(await stores.log.historyBefore('lobby', 5, 2))).toEqual(['a', 'd']);
    expect(texts(await stores.log.historyBefore('lobby', 1, 2))).toEqual([]);
    expect(await stores.log.historyBefore('lobby', 0, 0)).toMatchObject({ earliest: 0, head: 10 });
    expect(await stores.log.startOfNewest('lobby', 3)).toMatchObject({ seq: 3 });
    expect(await stores.log.startOfNewest('lobby', 99)).toMatchObject({ seq: 0 });
    expect(await stores.log.startOfNewest('empty', 3)).toBeUndefined();
  });

  it('tells where each log stands, and which rooms there are', async () => {
    await stores.log.append(
      [messageDraft('a'), messageDraft('b'), messageDraft('c', { room: 'a-room' })],
      NOW,
    );
    const { epoch } = await stores.log.after('lobby', 0, 0);
    expect(await stores.log.head('lobby')).toMatchObject({ epoch, earliest: 0, head: 2, at: NOW.getTime() });
    expect(await stores.log.head('empty')).toMatchObject({ epoch, earliest: 0, head: 0, at: 0 });
    expect(await stores.log.rooms()).toEqual(['a-room', 'lobby']);
  });

  it('knows the hash at each position that a cursor can be made or checked with', async () => {
    const sent = [...'abcde'].map((letter) => messageDraft(letter));
    const results = await stores.log.append([...sent, deletionDraft(sent[1]!.id)], NOW);
    const start = shorten(startOfChain('lobby').hash);
    // Also in the answer to a draft that is sent again, after its text was erased.
    const hashes = [start, ...results.map((result) => hashOf((result as AppendResult).entry))];
    expect(new Set(hashes).size).toBe(7);
    const again = await stores.log.append(sent, NOW);
    expect(again.map((result) => hashOf((result as AppendResult).entry))).toEqual(hashes.slice(1, 6));
    expect(hashOf((await stores.log.find('lobby', sent[1]!.id))!)).toBe(hashes[2]);
    expect((await stores.log.head('lobby')).hash).toBe(hashes[6]);
    expect((await stores.log.head('empty')).hash).toBe(shorten(startOfChain('empty').hash));
    expect((await stores.log.heads?.(['lobby', 'empty']))?.get('lobby')?.hash ?? hashes[6]).toBe(hashes[6]);
    expect(await stores.log.startOfNewest('lobby', 2)).toMatchObject({ seq: 3, hash: hashes[3] });
    expect(await stores.log.startOfNewest('lobby', 9)).toMatchObject({ seq: 0, hash: hashes[0] });

    const cursors = (slice: LogSlice, ...seqs: number[]) => seqs.map((seq) => cursorAt('lobby', slice, seq));
    const expected = (slice: LogSlice, ...seqs: number[]) =>
      seqs.map((seq) => formatCursor(slice.epoch, seq, hashes[seq]));
    for (let seq = 0; seq <= 6; seq += 1) {
      const after = await stores.log.after('lobby', seq, 2);
      expect(cursors(after, seq, 0, 6)).toEqual(expected(after, seq, 0, 6));
      const before = await stores.log.before('lobby', seq + 1, 2);
      const beforeFirst = Math.max(0, seq - 2);
      expect(cursors(before, beforeFirst, seq)).toEqual(expected(before, beforeFirst, seq));
      const history = await stores.log.historyBefore('lobby', seq, 2);
      const previous = Math.max(0, seq - 1);
      expect(cursors(history, seq, previous, 0)).toEqual(expected(history, seq, previous, 0));
    }
  });

  it('rings for each room that grew, once its messages can be read', async () => {
    const rung: [string, Promise<LogSlice>][] = [];
    stores.log.onCommit((room) => rung.push([room, stores.log.after(room, 0, 10)]));
    const once = messageDraft('a');
    await stores.log.append([once, messageDraft('b', { room: 'other' }), messageDraft('c')], NOW);
    await stores.log.append([once], NOW);
    expect(rung.map(([room]) => room)).toEqual(['lobby', 'other']);
    expect(texts(await rung[0]![1])).toEqual(['a', 'c']);
  });

  it('keeps the log, its epoch, names, contacts and the signing key when it is opened again', async () => {
    const once = messageDraft('kept');
    await stores.log.append([once], NOW);
    const before = await stores.log.after('lobby', 0, 10);
    expect(await stores.visitors.claim('v', 'Masha', 'masha', 0, 0)).toBe('done');
    expect(await stores.visitors.claim('v', 'Маша', 'mawa', 0, 0)).toBe('done');
    await stores.contacts.addContact({ id: '1', name: 'Masha', phone: '+79123456789' }, 10);
    const key = await stores.visitors.signingKey('first');
    await reopen();
    expect(await stores.log.after('lobby', 0, 10)).toEqual(before);
    expect(await stores.log.append([once], new Date())).toEqual([
      { entry: before.entries[0], repeated: true },
    ]);
    expect(await stores.visitors.profileOf('v')).toMatchObject({ username: 'Маша', role: 'guest' });
    expect(await stores.visitors.profileOf('w')).toBeUndefined();
    expect(await stores.contacts.listContacts()).toEqual([{ id: '1', name: 'Masha', phone: '+79123456789' }]);
    expect(await stores.visitors.signingKey('second')).toBe(key);
  });

  it('adds contacts up to a limit, and removes each once', async () => {
    const contact = (id: string) => ({ id, name: 'Masha', phone: '+79123456789' });
    expect(await stores.contacts.addContact(contact('1'), 1)).toBe('done');
    expect(await stores.contacts.addContact(contact('2'), 1)).toBe('limit_reached');
    expect(await stores.contacts.removeContact('2')).toBe('not_found');
    expect(await stores.contacts.removeContact('1')).toBe('done');
    expect(await stores.contacts.removeContact('1')).toBe('not_found');
    expect(await stores.contacts.listContacts()).toEqual([]);
  });

  it('gives a name to one visitor, until its owner has been away for long or gives it up', async () => {
    const { visitors } = stores;
    expect(await visitors.claim('v', 'Masha', 'masha', 0, 1)).toBe('done');
    expect(await visitors.claim('w', 'MASHA', 'masha', 1, 2)).toBe('name_taken');
    expect([await visitors.isTaken('masha', 1, 2), await visitors.isTaken('masha', 2, 2)]).toEqual([
      true,
      false,
    ]);
    expect(await visitors.profileOf('w')).toBeUndefined();
    expect(await visitors.claim('w', 'MASHA', 'masha', 2, 2)).toBe('done');
    expect(await visitors.profileOf('v')).toMatchObject({ username: 'Anonymous' });
    expect(await visitors.profileOf('w')).toMatchObject({ username: 'MASHA', seen: 2 });
    expect(await visitors.claim('w', 'Anonymous', null, 0, 3)).toBe('done');
    expect(await visitors.claim('v', 'Masha', 'masha', 0, 3)).toBe('done');
  });

  it('reserves a name for a connected visitor until it expires, is released, or its visitor takes another', async () => {
    const { visitors } = stores;
    const reserve = (visitor: string, skeleton: string | null, at: number) =>
      visitors.reserveName(visitor, skeleton, `node of ${visitor}`, 0, at, at + 10);
    expect(await reserve('v', 'masha', 0)).toBe('done');
    expect(await reserve('w', 'masha', 9)).toBe('name_taken');
    expect(await visitors.claim('w', 'Masha', 'masha', 0, 9)).toBe('name_taken');
    expect(await visitors.isTaken('masha', 0, 9)).toBe(true);
    expect(await visitors.isTaken('masha', 0, 10)).toBe(false);
    expect(await reserve('w', 'masha', 10)).toBe('done');
    await visitors.renewNames('node of w', 15, 30);
    expect(await reserve('v', 'masha', 29)).toBe('name_taken');
    expect(await reserve('w', null, 29)).toBe('done');
    expect(await reserve('v', 'masha', 29)).toBe('done');
    expect(await reserve('v', 'boris', 29)).toBe('done');
    expect(await visitors.isTaken('masha', 0, 29)).toBe(false);
    await visitors.releaseName('v');
    expect(await visitors.isTaken('boris', 0, 29)).toBe(false);
    for (const name of ['anna', 'boris']) expect(await reserve(name, name, 29)).toBe('done');
    await visitors.releaseNames('node of anna');
    expect(await visitors.isTaken('anna', 0, 29)).toBe(false);
    expect(await visitors.isTaken('boris', 0, 29)).toBe(true);
    expect(await visitors.claim('w', 'Anna', 'anna', 0, 29)).toBe('done');
    expect(await reserve('anna', 'anna', 29)).toBe('name_taken');
  });

  it('records one message of a writer in an interval, and forgets it if it was not stored', async () => {
    const { slowMode } = stores;
    const record = (writer: string, at: number, room = 'lobby') =>
      slowMode.recordMessage(room, writer, at, 1_000, at - 5_000);
    expect(await record('v', 10_000)).toBe('done');
    expect(await record('w', 10_000)).toBe('done');
    expect(await record('v', 10_000, 'other')).toBe('done');
    expect(await record('v', 10_999)).toBe('too_soon');
    expect(await slowMode.lastMessage('lobby', 'v')).toBe(10_000);
    expect(await record('v', 11_000)).toBe('done');
    await slowMode.forgetMessage('lobby', 'v', 10_000);
    expect(await record('v', 11_500)).toBe('too_soon');
    await slowMode.forgetMessage('lobby', 'v', 11_000);
    expect(await record('v', 11_500)).toBe('done');
    // The clock was set back: a little, and by more than the interval.
    expect(await record('v', 10_600)).toBe('too_soon');
    expect(await record('v', 1_000)).toBe('done');
    await record('w', 20_000);
    expect(await slowMode.lastMessage('other', 'v')).toBeUndefined();
  });

  it('lets no account give up its name, or lose it to others, however long its owner has been away', async () => {
    for (const [visitor, keep] of [
      ['v', () => stores.accounts.setPassword('v', undefined, 'hash')],
      ['w', () => stores.passkeys.addPasskey(passkey('key', 'w'), spent('a'), 1)],
    ] as const) {
      await stores.visitors.claim(visitor, visitor, visitor, 0, 1);
      expect(await keep()).toBe('done');
      expect(await stores.visitors.claim('other', visitor, visitor, Infinity, 2)).toBe('name_taken');
      expect(await stores.visitors.claim(visitor, 'Anonymous', null, 0, 2)).toBe('name_required');
      expect(await stores.visitors.claim(visitor, `${visitor}2`, `${visitor}2`, 0, 2)).toBe('done');
    }
  });

  it('opens a session with a passkey that is there, for each challenge and each counter once', async () => {
    const { accounts, passkeys, visitors } = stores;
    const open = (id: string, counter: number, challenge: string) => {
      const session = { id: challenge, kind: 'session', hash: challenge, label: '', at: 0, used: 0 } as const;
      const limits = { max: 2, expiredBefore: 0 };
      return passkeys.addPasskeySession({ id, visitor: 'v', counter }, spent(challenge), session, limits);
    };
    expect(await passkeys.addPasskey(passkey('key', 'v'), spent('a'), 9)).toBe('name_missing');
    await visitors.claim('v', 'Masha', 'masha', 0, 0);
    expect(await passkeys.addPasskey(passkey('key', 'v'), spent('a'), 9)).toBe('done');
    expect(await open('key', 0, 'a')).toBe('challenge_spent');
    for (const challenge of ['b', 'c']) expect(await open('key', 0, challenge)).toBe('done');
    expect(await open('key', 7, 'd')).toBe('done');
    for (const counter of [0, 6, 7]) expect(await open('key', counter, 'e')).toBe('counter_repeated');
    expect(await open('none', 8, 'e')).toBe('not_found');
    expect(await open('key', 8, 'e')).toBe('done');
    expect(await passkeys.passkey('key')).toMatchObject({ counter: 8 });
    expect(await accounts.credentialsOf('v', 0)).toHaveLength(2);
  });

  it('sets a password for a visitor with a name, in place of the one that was checked', async () => {
    const { accounts, visitors } = stores;
    expect(await accounts.setPassword('v', undefined, 'first')).toBe('name_missing');
    await visitors.claim('v', 'Masha', 'masha', 0, 0);
    expect(await accounts.setPassword('v', 'other', 'first')).toBe('password_changed');
    expect(await accounts.setPassword('v', undefined, 'first')).toBe('done');
    expect(await accounts.setPassword('v', undefined, 'second')).toBe('password_changed');
    expect(await accounts.passwordOf('v')).toBe('first');
  });

  it('adds a link for the owner where there is none, or in place of the last', async () => {
    const add = (id: string, at: number, replace: boolean) => {
      const invitation = { id, role: 'owner', uses: 1, used: 0, until: at + 10, visitor: '', at } as const;
      const details = { role: 'owner', uses: 1 } as const;
      const audit = { at, visitor: '', action: 'invite', target: id, details } as const;
      return stores.invitations.addOwnersLink(invitation, `hash of ${id}`, audit, replace);
    };
    expect(await add('first', 0, false)).toBe('done');
    expect(await add('second', 9, false)).toBe('link_exists');
    expect(await add('third', 10, false)).toBe('done');
    expect(await add('fourth', 15, true)).toBe('done');
    const links = (await stores.invitations.invitations()).map(({ id, until }) => [id, until]);
    expect(links).toEqual([
      ['fourth', 25],
      ['third', 15],
      ['first', 10],
    ]);
    expect(await stores.invitations.invitationOf('hash of second')).toBeUndefined();
    expect((await stores.moderation.auditLog(Infinity, 10)).map(({ target }) => target)).toEqual([
      'fourth',
      'third',
      'first',
    ]);
  });

  it('records no revocation of an invitation that does not exist', async () => {
    const audit = { at: 1, visitor: 'o', action: 'revoke_invitation', target: 'none', details: {} } as const;
    expect(await stores.invitations.revokeInvitation('none', audit, [])).toBe('not_found');
    expect(await stores.moderation.auditLog(Infinity, 10)).toEqual([]);
  });

  it('removes a passkey of its owner, unless there is no other way to sign in', async () => {
    const { accounts, passkeys, visitors } = stores;
    await visitors.claim('v', 'Masha', 'masha', 0, 0);
    for (const id of ['one', 'two']) await passkeys.addPasskey(passkey(id, 'v'), spent(id), 9);
    expect(await passkeys.removePasskey('w', 'one')).toBe('not_found');
    expect(await passkeys.removePasskey('v', 'one')).toBe('done');
    expect(await passkeys.removePasskey('v', 'one')).toBe('not_found');
    expect(await passkeys.removePasskey('v', 'two')).toBe('no_sign_in_left');
    expect(await accounts.setPassword('v', undefined, 'hash')).toBe('done');
    expect(await passkeys.removePasskey('v', 'two')).toBe('done');
    expect(await passkeys.passkeysOf('v')).toEqual([]);
  });

  it('revokes a credential of its owner once', async () => {
    const token = { id: 't', kind: 'token', hash: 'h', label: '', at: 0, used: 0 } as const;
    expect(await stores.accounts.addToken('v', token, 1)).toBe('done');
    expect(await stores.accounts.revokeCredential('w', 't')).toBe('not_found');
    expect(await stores.accounts.revokeCredential('v', 't')).toBe('done');
    expect(await stores.accounts.revokeCredential('v', 't')).toBe('not_found');
    expect(await stores.accounts.credentialsOf('v', 0)).toEqual([]);
  });

  it('announces on its control channel what others have to act on, once it is committed, and answers after that', async () => {
    const seen: string[] = [];
    stores.control.onChange(async (change) => {
      await new Promise(setImmediate);
      const { role, bannedUntil } = (await stores.visitors.profileOf('v')) ?? {};
      seen.push(JSON.stringify(change.type === 'change_access' ? { ...change, role, bannedUntil } : change));
    });
    const changesDuring = async (work: Promise<unknown>): Promise<string[]> => {
      await work;
      return seen.splice(0);
    };
    const audit = { at: 1, visitor: 'o', target: 'v' };
    const contact = { id: '1', name: 'Masha', phone: '+79123456789' };
    const access = { type: 'change_access', visitor: 'v' };
    const rules = { locked: true, slow: 30 };
    expect(await changesDuring(stores.visitors.claim('v', 'Masha', 'masha', 0, 0))).toEqual([
      JSON.stringify({ type: 'change_username', visitor: 'v', username: 'Masha' }),
    ]);
    expect(await changesDuring(stores.visitors.claim('w', 'MASHA', 'masha', 0, 0))).toEqual([]);
    expect(await changesDuring(stores.contacts.addContact(contact, 10))).toEqual([
      JSON.stringify({ type: 'new_contact', contact }),
    ]);
    expect(await changesDuring(stores.contacts.removeContact('1'))).toEqual([
      JSON.stringify({ type: 'remove_contact', id: '1' }),
    ]);
    expect(await changesDuring(stores.contacts.removeContact('1'))).toEqual([]);
    expect(
      await changesDuring(
        stores.moderation.setRole(
          'v',
          'member',
          { ...audit, action: 'set_role', details: { role: 'member' } },
          [],
        ),
      ),
    ).toEqual([JSON.stringify({ ...access, role: 'member', bannedUntil: 0 })]);
    expect(
      await changesDuring(
        stores.moderation.ban(
          'v',
          99,
          ['192.0.2.1'],
          98,
          { ...audit, action: 'ban', details: { addresses: ['192.0.2.1'] } },
          [],
        ),
      ),
    ).toEqual([JSON.stringify({ ...access, addresses: ['192.0.2.1'], role: 'member', bannedUntil: 99 })]);
    expect(
      await changesDuring(
        stores.moderation.setRules(
          'lobby',
          { locked: false, slow: 0 },
          rules,
          { ...audit, action: 'set_room', target: 'lobby', details: rules },
          [],
        ),
      ),
    ).toEqual([JSON.stringify({ type: 'change_room', room: 'lobby', ...rules })]);
  });
});
