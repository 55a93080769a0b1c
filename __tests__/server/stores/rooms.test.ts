import type { MembershipLimits } from '../../../server/chat/member-store';
import { publicRoom, type NewDetails } from '../../../server/chat/room-store';
import { privateName } from '../../../server/access/room-access';
import type { Stores } from '../../../server/stores/open';
import { type Backend, variantsOf } from '../../support/backends';
import { deletionDraft, messageDraft } from '../../support/drafts';

const LIMITS: MembershipLimits = { rooms: 5, roomsByOthers: 3, members: 4 };
const PUBLIC_MAX = 3;

describe.each(variantsOf(11))('the rooms of %s', (_name, create) => {
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

  const details = (room: string, creator: string, more: Partial<NewDetails> = {}): NewDetails => ({
    ...publicRoom(room),
    title: 'Weekend',
    creator,
    at: 1,
    ...more,
  });
  const createRoom = (room: NewDetails) => stores.rooms.createRoom(room, PUBLIC_MAX, LIMITS);
  const createPrivate = async (creator: string, ...members: string[]): Promise<string> => {
    const room = privateName();
    expect(await createRoom(details(room, creator, { kind: 'private' }))).toBe('done');
    for (const member of members) expect(await add(room, member, creator)).toBe('done');
    return room;
  };
  const add = (room: string, visitor: string, inviter: string, at = 2) =>
    stores.members.addMember(room, visitor, inviter, at, LIMITS);
  const openDirect = (room: string, opener: string, ...others: string[]) =>
    stores.rooms.openDirect(room, [opener, ...others].sort(), opener, 1, LIMITS);
  const membersOf = async (room: string) =>
    (await stores.members.membersOf(room, '', 9)).map(({ visitor }) => visitor);
  const found = async (text: string, after = '', limit = 9) =>
    (await stores.rooms.findPublic(text, after, limit)).map(({ room }) => room);

  it('are created once, by a creator who is their first member, and not over entries', async () => {
    await stores.log.append([messageDraft('hello', { room: 'old' })], new Date());
    expect(await createRoom(details('old', 'v'))).toBe('room_taken');
    expect(await createRoom(details('weekend', 'v', { topic: 'Where to' }))).toBe('done');
    expect(await createRoom(details('weekend', 'w'))).toBe('room_taken');
    expect(await stores.rooms.detailsOf('weekend')).toEqual({
      room: 'weekend',
      kind: 'public',
      title: 'Weekend',
      topic: 'Where to',
      archived: false,
      creator: 'v',
    });
    expect(await stores.rooms.detailsOf('old')).toBeUndefined();
    expect(await stores.members.roomsOf('v')).toEqual(['weekend']);
    expect((await stores.rooms.detailsOfRoomsOf('v')).map(({ room }) => room)).toEqual(['weekend']);
    expect(await stores.members.membersOf('weekend', '', 9)).toEqual([
      { visitor: 'v', username: 'Anonymous', inviter: 'v', at: 1 },
    ]);
  });

  it('are as many as they may be: public ones in all, and any of one visitor', async () => {
    for (const room of ['a', 'b', 'c']) expect(await createRoom(details(room, room))).toBe('done');
    expect(await createRoom(details('d', 'd'))).toBe('too_many_public_rooms');
    const write = stores.rooms.replaceDetails(undefined, details('lobby', ''), PUBLIC_MAX, []);
    expect(await write).toBe('too_many_public_rooms');
    for (let i = 0; i < 4; i += 1) await createPrivate('a');
    expect(await createRoom(details(privateName(), 'a', { kind: 'private' }))).toBe('too_many_rooms');
    expect(await stores.members.join('lobby', 'a', 1, LIMITS)).toBe('too_many_rooms');
    expect(await openDirect(privateName(), 'a', 'b')).toBe('too_many_rooms');
    // One that it is a member of already is none more.
    expect(await stores.members.join('a', 'a', 1, LIMITS)).toBe('done');
  });

  it('get members by others only up to a part of what they can join by themselves', async () => {
    for (let i = 0; i < 3; i += 1) await createPrivate(`creator${i}`, 'v');
    const another = await createPrivate('another');
    expect(await add(another, 'v', 'another')).toBe('person_has_too_many_rooms');
    expect(await openDirect(privateName(), 'another', 'v')).toBe('person_has_too_many_rooms');
    for (const room of ['one', 'two']) expect(await stores.members.join(room, 'v', 1, LIMITS)).toBe('done');
    expect(await stores.members.join('three', 'v', 1, LIMITS)).toBe('too_many_rooms');
  });

  it('have members that are added by members, up to a number', async () => {
    const room = await createPrivate('v', 'w');
    expect(await add(room, 'x', 'stranger')).toBe('not_member');
    expect(await add(privateName(), 'x', 'v')).toBe('not_member');
    expect(await add(room, 'x', 'w')).toBe('done');
    expect(await add(room, 'w', 'x')).toBe('done');
    expect(await add(room, 'y', 'x')).toBe('done');
    expect(await add(room, 'z', 'x')).toBe('too_many_members');
    expect(await add(room, 'y', 'x')).toBe('done');
    expect(await membersOf(room)).toEqual(['v', 'w', 'x', 'y']);
    expect((await stores.members.membersOf(room, 'w', 1)).map(({ inviter }) => inviter)).toEqual(['w']);
    expect([await stores.members.isMember(room, 'y'), await stores.members.isMember(room, 'z')]).toEqual([
      true,
      false,
    ]);
  });

  it('are left by everybody, and the creator alone removes others; the longest member succeeds', async () => {
    const room = await createPrivate('v');
    await add(room, 'x', 'v', 2);
    await add(room, 'w', 'v', 3);
    expect(await stores.members.removeMember(room, 'x', 'w')).toBe('not_creator');
    const seen: unknown[] = [];
    stores.control.onChange(async (change) => {
      seen.push([change, await stores.members.isMember(room, 'w')]);
    });
    expect(await stores.members.removeMember(room, 'w', 'v')).toBe('done');
    expect(seen).toEqual([[{ type: 'change_access', visitor: 'w' }, false]]);
    await add(room, 'w', 'v', 4);
    expect(await stores.members.removeMember(room, 'v', 'v')).toBe('done');
    expect(await stores.rooms.detailsOf(room)).toMatchObject({ creator: 'x' });
    expect(await stores.members.removeMember(room, 'w', 'x')).toBe('done');
    expect(await stores.members.removeMember(room, 'x', 'x')).toBe('done');
    expect(await stores.rooms.detailsOf(room)).toMatchObject({ creator: '' });
    expect(await membersOf(room)).toEqual([]);
  });

  it('are public ones whose creator stays one when it leaves', async () => {
    await createRoom(details('weekend', 'v'));
    await stores.members.join('weekend', 'w', 1, LIMITS);
    expect(await stores.members.removeMember('weekend', 'v', 'v')).toBe('done');
    expect(await stores.rooms.detailsOf('weekend')).toMatchObject({ creator: 'v' });
  });

  it('are direct messages, opened again and again with all of their people', async () => {
    await stores.visitors.claim('w', 'Masha', 'masha', 0, 0);
    const room = privateName();
    expect(await openDirect(room, 'v', 'w')).toBe('done');
    expect(await openDirect(room, 'w', 'v')).toBe('done');
    expect(await stores.rooms.detailsOf(room)).toMatchObject({ kind: 'direct', title: '', creator: '' });
    expect(await stores.members.removeMember(room, 'v', 'w')).toBe('not_creator');
    expect(await stores.members.removeMember(room, 'v', 'v')).toBe('done');
    expect(await stores.members.roomsOf('v')).toEqual([]);
    expect(await openDirect(room, 'w', 'v')).toBe('done');
    await createPrivate('v', 'w');
    expect(await stores.members.peopleOfDirectsOf('v')).toEqual([
      { room, visitor: 'v', username: 'Anonymous' },
      { room, visitor: 'w', username: 'Masha' },
    ]);
  });

  it('are changed as they were seen, with an audit entry where there is one', async () => {
    const lobby = details('lobby', '', { title: 'Lobby' });
    const audit = {
      at: 1,
      visitor: 'm',
      action: 'edit_room',
      target: 'lobby',
      details: { title: 'Lobby', topic: '', archived: false },
    } as const;
    const replace = (before: NewDetails | undefined, after: NewDetails) =>
      stores.rooms.replaceDetails(before, after, PUBLIC_MAX, [['m', 'moderator']], audit);
    expect(await replace(undefined, lobby)).toBe('roles_changed');
    await stores.moderation.setRole(
      'm',
      'moderator',
      { at: 1, visitor: '', action: 'set_role', target: 'm', details: { role: 'moderator' } },
      [],
    );
    expect(await replace(undefined, lobby)).toBe('done');
    expect(await replace(undefined, lobby)).toBe('details_changed');
    expect(await replace({ ...lobby, title: 'Other' }, lobby)).toBe('details_changed');
    const archived = { ...lobby, topic: 'Hello', archived: true };
    expect(await replace(lobby, archived)).toBe('done');
    expect(await stores.rooms.detailsOf('lobby')).toMatchObject({ topic: 'Hello', archived: true });
    expect(await stores.moderation.rulesOf('lobby')).toEqual({ locked: false, slow: 0, archived: true });
    expect(await stores.moderation.rulesOf('other')).toEqual({ locked: false, slow: 0, archived: false });
    expect((await stores.moderation.auditLog(Infinity, 9)).map(({ action }) => action)).toEqual([
      'edit_room',
      'edit_room',
      'set_role',
    ]);
  });

  it('are found by a part of their name, title or topic in any script, without private and archived ones', async () => {
    await createRoom(details('kitchen', 'v', { title: 'Кухня', topic: '100% Tea_time!' }));
    await createRoom(details('garden', 'v', { title: 'Garden', archived: true }));
    await createRoom(details(privateName(), 'v', { kind: 'private', title: 'Secret kitchen' }));
    const rooms = ['kitchen', 'kite', 'garden', 'lobby', 'p-public', 'q', privateName()];
    await stores.log.append(
      rooms.map((room) => messageDraft('hello', { room })),
      new Date(),
    );
    expect(await found('')).toEqual(['kitchen', 'kite', 'lobby', 'q']);
    expect(await found('', 'kitchen', 2)).toEqual(['kite', 'lobby']);
    for (const text of ['КУХ', 'itch', '100%', 'tea_TIME!']) expect(await found(text)).toEqual(['kitchen']);
    for (const text of ['1%0', 'teaXtime', 'obby', 'secret', 'p-', 'gard'])
      expect(await found(text)).toEqual([]);
    expect(await found('kit')).toEqual(['kitchen', 'kite']);
    expect((await stores.rooms.findPublic('kite', '', 9))[0]).toEqual(publicRoom('kite'));
  });

  it('are shown with their head and their newest message as it stands', async () => {
    const { log } = stores;
    const [first, second] = [messageDraft('one'), messageDraft('two')];
    await log.append([first, second], new Date(5));
    const overviews = await log.overview(new Map(Object.entries({ lobby: 0, empty: 0 })), 'v');
    const { epoch, hash } = await log.head('lobby');
    expect(overviews.get('lobby')).toMatchObject({ head: { epoch, seq: 2, hash }, at: 5 });
    expect(overviews.get('lobby')!.newest).toMatchObject({ seq: 2, message: 'two' });
    const empty = await log.head('empty');
    expect(overviews.get('empty')).toEqual({
      head: { epoch, seq: 0, hash: empty.hash },
      at: 0,
      newest: undefined,
      unread: 0,
    });
  });

  it('count what others have written since a member has read them, among the newest hundred messages', async () => {
    const { log } = stores;
    const write = (count: number, visitor: string) =>
      log.append(
        Array.from({ length: count }, () => messageDraft('hello', { visitor })),
        new Date(),
      );
    const unread = async (read: number) =>
      (await log.overview(new Map([['lobby', read]]), 'v')).get('lobby')!.unread;
    await write(3, 'w');
    await write(2, 'v');
    expect([await unread(0), await unread(1), await unread(4), await unread(Infinity)]).toEqual([3, 2, 0, 0]);
    const deleted = messageDraft('deleted', { visitor: 'w' });
    await log.append([deleted, deletionDraft(deleted.id, { visitor: 'w' })], new Date());
    expect(await unread(1)).toBe(2);
    await write(120, 'w');
    await write(10, 'v');
    expect(await unread(0)).toBe(90);
  });

  it('keep how far each member has read, from what was there when it became one, and never go back', async () => {
    await stores.log.append(
      [messageDraft('a', { room: 'old' }), messageDraft('b', { room: 'old' })],
      new Date(),
    );
    await stores.members.join('old', 'v', 1, LIMITS);
    const room = await createPrivate('v');
    const read = async () => Object.fromEntries(await stores.members.readSeqsOf('v'));
    expect(await read()).toEqual({ old: 2, [room]: 0 });
    for (const seq of [5, 3]) await stores.members.setRead(room, 'v', seq);
    await stores.members.setRead('elsewhere', 'v', 9);
    expect(await read()).toEqual({ old: 2, [room]: 5 });
    await stores.members.join('old', 'v', 2, LIMITS);
    expect(await read()).toMatchObject({ old: 2 });
  });

  it('are decided one after the other when asked for at once', async () => {
    const at = <T>(count: number, run: (i: number) => Promise<T>) =>
      Promise.all(Array.from({ length: count }, (_, i) => run(i)));
    const created = await at(4, (i) => createRoom(details('weekend', `v${i}`)));
    expect(created.sort()).toEqual(['done', 'room_taken', 'room_taken', 'room_taken']);
    const direct = privateName();
    expect(
      new Set(await at(4, (i) => (i % 2 ? openDirect(direct, 'a', 'b') : openDirect(direct, 'b', 'a')))),
    ).toEqual(new Set(['done']));
    expect(await membersOf(direct)).toEqual(['a', 'b']);
    const room = await createPrivate('c');
    const added = await at(6, (i) => add(room, `w${i}`, 'c'));
    expect(added.filter((outcome) => outcome === 'done')).toHaveLength(3);
    const joined = await at(8, (i) => stores.members.join(`room${i}`, 'x', 1, LIMITS));
    expect(joined.filter((outcome) => outcome === 'done')).toHaveLength(5);
  });
});
