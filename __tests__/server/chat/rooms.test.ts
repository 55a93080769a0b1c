import type { RoomSummary } from '../../../server/wire';
import { type RunningApp, startApp } from '../../support/app';
import { TestVisitor } from '../../support/test-visitor';
import { connect } from '../../support/socket';

const PRIVATE = /^p-[a-z2-7]{26}$/;

describe('rooms', () => {
  let app: RunningApp;
  let masha: TestVisitor;
  let boris: TestVisitor;
  beforeEach(async () => {
    app = await startApp();
    masha = await TestVisitor.createGuest(app.url);
    boris = await TestVisitor.createGuest(app.url);
    await masha.request('POST', '/username', { username: 'Masha' });
  });
  afterEach(() => app.close());

  const create = async (by: TestVisitor, draft: object): Promise<RoomSummary> => {
    const { status, body, headers } = await by.request('POST', '/rooms', draft);
    expect({ status, location: headers.get('location') }).toEqual({
      status: 201,
      location: `/rooms/${String(body.room)}`,
    });
    return body as unknown as RoomSummary;
  };
  const list = async (by: TestVisitor, query = '') =>
    (await by.request('GET', `/rooms${query}`)).body as unknown as RoomSummary[];
  const names = (rooms: RoomSummary[]) => rooms.map(({ room }) => room);
  const members = async (by: TestVisitor, room: string) =>
    ((await by.request('GET', `/rooms/${room}/members`)).body as unknown as { visitor: string }[]).map(
      ({ visitor }) => visitor,
    );
  const code = async (by: TestVisitor, method: string, path: string, body?: unknown) => {
    const answer = await by.request(method, path, body);
    return answer.body.code ?? answer.status;
  };
  const send = (by: TestVisitor, room: string, message: string) =>
    by.request('POST', '/messages', { room, message });

  it('that are public get a name from their title, are found by everybody and joined', async () => {
    const { room } = await create(masha, { title: 'Été & weekend!', topic: 'Where to' });
    expect(room).toBe('ete-weekend');
    expect((await create(masha, { title: 'Ete weekend' })).room).toMatch(/^ete-weekend-[0-9a-f]{4}$/);
    expect((await create(masha, { title: 'Кухня', room: 'kitchen' })).room).toBe('kitchen');
    expect((await create(masha, { title: 'Кухня' })).room).toMatch(/^room-[0-9a-f]{4}$/);
    expect(await code(boris, 'POST', '/rooms', { title: 'Kitchen', room: 'kitchen' })).toBe('room_taken');
    expect(await list(boris)).toEqual([]);
    expect(names(await list(boris, '?find=кух&limit=1'))).toEqual(['kitchen']);
    expect((await list(boris, '?find=where'))[0]).toMatchObject({ room, member: false });
    expect(await code(boris, 'PUT', `/rooms/${room}/members/me`)).toBe(204);
    expect((await list(boris))[0]).toMatchObject({ room, title: 'Été & weekend!', member: true });
    expect((await members(boris, room)).sort()).toEqual([boris.id, masha.id].sort());
    expect(await code(boris, 'DELETE', `/rooms/${room}/members/me`)).toBe(204);
    expect(await list(boris)).toEqual([]);
  });

  it('are listed with who is there and what is newest in them, as it stands now', async () => {
    const { room, cursor } = await create(masha, { title: 'Weekend' });
    expect((await list(masha))[0]).toMatchObject({ cursor, at: null, last: null, people: 0 });
    await send(masha, room, 'first');
    const { body } = await send(masha, room, `second ${'ж'.repeat(300)}`);
    const { socket } = await connect(app.url, { auth: { room } });
    const [summary] = await list(masha);
    const last = { username: 'Masha', visitor: masha.id, at: body.at, text: `second ${'ж'.repeat(193)}` };
    expect(summary).toMatchObject({ room, cursor: body.cursor, at: body.at, people: 1, last });
    socket.disconnect();
    await masha.request('DELETE', `/r/${room}/messages/${String(body.id)}`);
    expect((await list(masha))[0]!.last).toMatchObject({ text: 'first' });
    // A room without details, which exists because somebody has written there.
    await send(boris, 'lobby', 'hello');
    expect((await boris.request('GET', '/rooms/lobby')).body).toMatchObject({
      kind: 'public',
      title: '',
      last: { text: 'hello' },
    });
  });

  it('show each member what it has not read, and forget what it has, on all of its devices', async () => {
    const { room } = await create(masha, { title: 'Weekend' });
    await send(masha, room, 'before');
    await boris.request('PUT', `/rooms/${room}/members/me`);
    const unread = async (by: TestVisitor) => (await list(by)).map((one) => [one.read, one.unread]);
    expect(await unread(boris)).toEqual([[1, 0]]);
    const sent = [];
    for (const text of ['one', 'two']) sent.push(String((await send(masha, room, text)).body.cursor));
    expect([await unread(boris), await unread(masha)]).toEqual([[[1, 2]], [[0, 0]]]);
    const read = (by: TestVisitor, cursor: unknown) => code(by, 'PUT', `/rooms/${room}/read`, { cursor });
    expect(await read(new TestVisitor(app.url, boris.cookie), sent[0])).toBe(204);
    expect(await unread(boris)).toEqual([[2, 1]]);
    expect([await read(boris, sent[1]), await read(boris, sent[0])]).toEqual([204, 204]);
    expect(await unread(boris)).toEqual([[3, 0]]);
    expect(await read(boris, 'zzzz:9')).toBe('cursor_gone');
    expect(await read(boris, sent[1]!.replace(':3:', ':4:'))).toBe('cursor_gone');
    expect(await read(boris, 'nonsense')).toBe('bad_request');
    const anton = await TestVisitor.createGuest(app.url);
    expect(await read(anton, sent[1])).toBe('forbidden');
    expect((await anton.request('GET', `/rooms/${room}`)).body).toMatchObject({
      member: false,
      read: null,
      unread: 0,
    });
  });

  it('that are archived can be read, and not written to or found', async () => {
    const { room } = await create(masha, { title: 'Weekend' });
    await send(masha, room, 'hello');
    expect(await code(boris, 'PATCH', `/rooms/${room}`, { archived: true })).toBe('forbidden');
    expect(
      (await masha.request('PATCH', `/rooms/${room}`, { archived: true, topic: 'Over' })).body,
    ).toMatchObject({
      title: 'Weekend',
      topic: 'Over',
      archived: true,
    });
    expect(await code(masha, 'POST', '/messages', { room, message: 'too late' })).toBe('room_archived');
    expect((await boris.request('GET', `/messages?room=${room}`)).text).toContain('hello');
    expect(await list(boris, '?find=weekend')).toEqual([]);
    await masha.request('PATCH', `/rooms/${room}`, { archived: false });
    expect((await send(boris, room, 'again')).status).toBe(201);
  });

  it('that are public are changed by moderators as well, and owners can read that in the audit log', async () => {
    const owner = await TestVisitor.createOwner(app);
    const { room } = await create(masha, { title: 'Weekend' });
    expect((await owner.request('PATCH', `/rooms/${room}`, { title: 'Week' })).body.title).toBe('Week');
    expect((await owner.request('PATCH', '/rooms/lobby', { topic: 'All' })).body.topic).toBe('All');
    const { body } = await owner.request('GET', '/audit?limit=2');
    expect(body).toMatchObject([
      { action: 'edit_room', target: 'lobby', details: { title: '', topic: 'All', archived: false } },
      { action: 'edit_room', target: room, details: { title: 'Week' } },
    ]);
    expect((await owner.request('GET', '/moderation', undefined, { Accept: 'text/html' })).text).toContain(
      'titled “Week”',
    );
  });

  it('that are private are for members, who add others; the creator removes them', async () => {
    const { room, kind } = await create(masha, { title: 'Plans', private: true });
    expect([room, kind]).toEqual([expect.stringMatching(PRIVATE), 'private']);
    expect(await list(boris, '?find=plans')).toEqual([]);
    expect(await code(boris, 'PUT', `/rooms/${room}/members/me`)).toBe('not_found');
    expect(await code(masha, 'PUT', `/rooms/${room}/members/${boris.id}`)).toBe(204);
    expect((await send(boris, room, 'hello')).status).toBe(201);
    expect(names(await list(boris))).toEqual([room]);
    const anton = await TestVisitor.createGuest(app.url);
    expect(await code(boris, 'PUT', `/rooms/${room}/members/${anton.id}`)).toBe(204);
    expect(await code(boris, 'DELETE', `/rooms/${room}/members/${anton.id}`)).toBe('forbidden');
    expect(await code(masha, 'DELETE', `/rooms/${room}/members/${anton.id}`)).toBe(204);
    expect(await code(anton, 'GET', `/rooms/${room}`)).toBe('not_found');
    expect(await code(boris, 'PATCH', `/rooms/${room}`, { title: 'Mine' })).toBe('forbidden');
    expect(await code(masha, 'DELETE', `/rooms/${room}/members/me`)).toBe(204);
    expect(await code(masha, 'GET', `/rooms/${room}`)).toBe('not_found');
    expect(await code(boris, 'PATCH', `/rooms/${room}`, { title: 'Mine' })).toBe(200);
  });

  it('that are private are nobody’s to moderate: neither rules nor deletions by moderators, nor an audit entry', async () => {
    const owner = await TestVisitor.createOwner(app);
    const { room } = await create(masha, { title: 'Plans', private: true });
    for (const { id } of [boris, owner]) await masha.request('PUT', `/rooms/${room}/members/${id}`);
    const sent = await Promise.all(
      [masha, boris].map(async (one) => (await send(one, room, 'hello')).body.id),
    );
    const remove = (by: TestVisitor, id: unknown) => code(by, 'DELETE', `/r/${room}/messages/${String(id)}`);
    expect(await remove(owner, sent[1])).toBe('forbidden');
    expect(await remove(boris, sent[0])).toBe('forbidden');
    expect(await remove(masha, sent[1])).toBe(204);
    expect(await remove(boris, sent[1])).toBe(204);
    expect(await code(owner, 'PUT', `/r/${room}/rules`, { locked: true })).toBe('forbidden');
    expect((await owner.request('GET', `/r/${room}/rules`)).body).toEqual({ locked: false, slow: 0 });
    expect((await owner.request('GET', '/audit')).text).not.toContain(room);
  });

  it('that are direct messages are the same one for the same people, whoever opens it', async () => {
    const open = async (by: TestVisitor, ...people: string[]) =>
      (await by.request('POST', '/rooms/direct', { people })).body as unknown as RoomSummary;
    const [one, same] = await Promise.all([open(masha, boris.id), open(boris, masha.id, masha.id)]);
    expect(one).toMatchObject({ room: expect.stringMatching(PRIVATE) as string, kind: 'direct', title: '' });
    expect(one.room).toBe(same.room);
    expect((await list(masha))[0]!.members).toEqual(
      expect.arrayContaining([
        { visitor: masha.id, username: 'Masha' },
        { visitor: boris.id, username: 'Anonymous' },
      ]),
    );
    const anton = await TestVisitor.createGuest(app.url);
    const group = await open(anton, masha.id, boris.id);
    expect(group.room).not.toBe(one.room);
    expect(await code(anton, 'GET', `/rooms/${one.room}`)).toBe('not_found');
    expect(await code(masha, 'PUT', `/rooms/${one.room}/members/${anton.id}`)).toBe('forbidden');
    expect(await code(masha, 'DELETE', `/rooms/${one.room}/members/${boris.id}`)).toBe('forbidden');
    expect(await code(masha, 'PATCH', `/rooms/${one.room}`, { title: 'Us' })).toBe('forbidden');
    expect(await code(masha, 'DELETE', `/rooms/${one.room}/members/me`)).toBe(204);
    expect(await code(masha, 'GET', `/rooms/${one.room}`)).toBe('not_found');
    expect((await open(boris, masha.id)).room).toBe(one.room);
    expect(await code(masha, 'GET', `/rooms/${one.room}`)).toBe(200);
    const many = Array.from({ length: 10 }, (_, i) => `visitor${i}`);
    expect(await code(masha, 'POST', '/rooms/direct', { people: many })).toBe('limit_reached');
    expect(await code(masha, 'POST', '/rooms/direct', { people: [masha.id] })).toBe('bad_request');
  });

  it('are not created by writing to a name like those of private rooms, nor by asking for one', async () => {
    const room = `p-${'a'.repeat(26)}`;
    expect(await code(masha, 'POST', '/messages', { room, message: 'hello' })).toBe('not_found');
    expect(await code(masha, 'POST', '/rooms', { room, title: 'Mine' })).toBe('bad_request');
    const { room: slug } = await create(masha, { title: `p ${'a'.repeat(26)}` });
    expect(slug).not.toMatch(PRIVATE);
    expect((await send(masha, 'p-party', 'hello')).status).toBe(201);
  });

  it('are for those whom a cookie identifies again, and not for those who are muted', async () => {
    const nobody = new TestVisitor(app.url);
    expect(await code(nobody, 'POST', '/rooms', { title: 'Mine' })).toBe('bad_request');
    expect(await code(nobody, 'PUT', '/rooms/lobby/members/me')).toBe('bad_request');
    expect(await code(masha, 'PUT', `/rooms/lobby/members/${boris.id}`)).toBe('forbidden');
    const owner = await TestVisitor.createOwner(app);
    await owner.request('PUT', `/people/${boris.id}/mute`, {});
    expect(await code(boris, 'POST', '/rooms', { title: 'Mine' })).toBe('muted');
    expect(await code(boris, 'POST', '/rooms/direct', { people: [masha.id] })).toBe('muted');
    expect(await code(boris, 'PUT', '/rooms/lobby/members/me')).toBe(204);
  });

  it.each<[draft: object, error: string]>([
    [{}, 'The "title" must be a string.'],
    [{ title: ' ' }, 'The title is empty.'],
    [{ title: 'x'.repeat(81) }, 'The "title" is over 80 characters.'],
    [{ title: 'a\u202eb' }, 'The "title" holds control or invisible characters.'],
    [{ title: 'x', topic: 'x'.repeat(251) }, 'The "topic" is over 250 characters.'],
    [{ title: 'x', room: 'X' }, 'A room has 1 to 40 characters: a to z, 0 to 9 and "-".'],
    [
      { title: 'x', room: 'x', private: true },
      'The server chooses the name of a private room: leave out "room".',
    ],
  ])('are not created from a draft that is wrong: %#', async (draft, error) => {
    expect((await masha.request('POST', '/rooms', draft)).body).toEqual({
      error,
      code: 'bad_request',
      status: 400,
    });
  });
});
