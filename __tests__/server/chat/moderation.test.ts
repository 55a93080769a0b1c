import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { AuditEntry } from '../../../server/access/audit-entry';
import type { Entry, MessagePage } from '../../../server/wire';
import { type RunningApp, startApp } from '../../support/app';
import { errorOf } from '../../support/error';
import { TestVisitor } from '../../support/test-visitor';
import { READERS } from '../../support/readers';
import { connect } from '../../support/socket';

let app: RunningApp;
let owner: TestVisitor;
beforeEach(async () => {
  app = await startApp();
  owner = await TestVisitor.createOwner(app, 'Olga');
});
afterEach(async () => {
  jest.restoreAllMocks();
  await app.close();
});

const read = async (query: string): Promise<Entry[]> =>
  ((await owner.request('GET', `/messages?${query}`)).body as unknown as MessagePage).messages;
async function send(visitor: TestVisitor, message: string, more: object = {}): Promise<string> {
  const { body, status } = await visitor.request('POST', '/messages', { message, ...more });
  if (status >= 300) throw new Error(`POST /messages: ${String(body.error)}`);
  return String(body.id);
}
const createNamed = async (username: string): Promise<TestVisitor> => {
  const guest = await TestVisitor.createGuest(app.url);
  await guest.request('POST', '/username', { username });
  return guest;
};

describe('a message that is deleted', () => {
  it.each(Object.entries(READERS))(
    'is announced to readers over %s, and keeps its place',
    async (_way, open) => {
      const guest = await createNamed('Masha');
      const live = await open(app.url, { room: 'lobby', last: 0 });
      await send(guest, 'one');
      const id = await send(guest, 'a secret');
      await send(guest, 'three');
      const entries = [await live.next(), await live.next(), await live.next()];
      expect(entries.map(({ type }) => type)).toEqual(['new_message', 'new_message', 'new_message']);
      expect((await guest.request('DELETE', `/r/lobby/messages/${id}`)).status).toBe(204);
      expect(await live.next()).toMatchObject({
        type: 'delete_message',
        seq: 4,
        target: id,
        visitor: guest.id,
      });
      live.close();

      const late = await open(app.url, { room: 'lobby', after: 'earliest' });
      const all = [await late.next(), await late.next(), await late.next(), await late.next()] as Entry[];
      late.close();
      expect(all.map(({ type, seq }) => `${seq} ${type}`)).toEqual([
        '1 new_message',
        '2 deleted_message',
        '3 new_message',
        '4 delete_message',
      ]);
      expect(all[1]).toMatchObject({ id, username: 'Masha' });
      expect(JSON.stringify(all)).not.toContain('a secret');
    },
  );

  it('leaves nothing of its text on the disk or in the cache', async () => {
    const guest = await createNamed('Masha');
    const words = `quite-${randomUUID()}-unique`;
    // Longer than its replacement.
    const id = await send(guest, `${words} `.repeat(20));
    for (let i = 0; i < 20; i += 1) await send(guest, `other ${i}`);
    expect(await app.database.stored()).toContain(words);
    // A follower keeps the room's tail in memory.
    const follower = await connect(app.url, { auth: { last: 50 } });
    await follower.next('new_message', ({ message }) => message === 'other 19');
    await guest.request('DELETE', `/r/lobby/messages/${id}`);
    await follower.next('delete_message');
    // The database has other bytes there at once, its write-ahead log when that has been emptied.
    while ((await app.database.stored()).includes(words)) await pause(50);
    expect(JSON.stringify(await read('last=50'))).not.toContain(words);
    expect((await owner.request('GET', '/r/lobby', undefined, { Accept: 'text/html' })).text).not.toContain(
      words,
    );
    follower.socket.disconnect();
  });

  it('stays deleted when its writer sends it again after a lost acknowledgement', async () => {
    const guest = await createNamed('Masha');
    const id = await send(guest, 'said once');
    await guest.request('DELETE', `/r/lobby/messages/${id}`);
    const again = await guest.request('POST', '/messages', { id, message: 'said once' });
    expect(again).toMatchObject({ status: 200, body: { type: 'deleted_message', seq: 1 } });
    expect((await read('after=earliest')).map(({ type }) => type)).toEqual([
      'deleted_message',
      'delete_message',
    ]);
  });

  it('is deleted once, however often its deletion is requested, and not by others', async () => {
    const [masha, misha] = [await createNamed('Masha'), await createNamed('Misha')];
    const id = await send(masha, 'mine');
    expect((await misha.request('DELETE', `/r/lobby/messages/${id}`)).status).toBe(403);
    const remove = () => owner.request('DELETE', `/r/lobby/messages/${id}`);
    const all = await Promise.all([remove(), remove(), remove()]);
    expect(all.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect((await remove()).status).toBe(204);
    expect(await read('after=earliest')).toHaveLength(2);
    expect((await owner.request('DELETE', `/r/lobby/messages/${randomUUID()}`)).status).toBe(404);
  });

  it('is deleted together with its audit entry, or not at all', async () => {
    const masha = await createNamed('Masha');
    const id = await send(masha, 'not yet');
    await app.database.query('ALTER TABLE audit RENAME TO renamed');
    const remove = () => owner.request('DELETE', `/r/lobby/messages/${id}`);
    jest.spyOn(console, 'error').mockImplementation();
    expect((await remove()).status).toBe(503);
    expect((await read('after=earliest')).map(({ type }) => type)).toEqual(['new_message']);
    await app.database.query('ALTER TABLE renamed RENAME TO audit');
    expect((await remove()).status).toBe(204);
    const [entry] = (await owner.request('GET', '/audit?limit=1')).body as unknown as AuditEntry[];
    expect(entry).toMatchObject({
      action: 'delete_message',
      target: id,
      details: { room: 'lobby', username: 'Masha' },
    });
  });

  it('can be deleted over a socket, too', async () => {
    const masha = await createNamed('Masha');
    const { socket } = await connect(app.url, { extraHeaders: masha.headers });
    const id = await send(masha, 'mine');
    expect(await socket.emitWithAck('delete_message', { id })).toEqual({});
    expect(await socket.emitWithAck('delete_message', { id: 'x' })).toMatchObject({ status: 400 });
    socket.disconnect();
    const types = (await read('after=earliest')).map(({ type }) => type);
    expect(types).toEqual(['deleted_message', 'delete_message']);
  });
});

describe('a moderator', () => {
  it('mutes a visitor for a time, who can read but not write until it is over', async () => {
    const masha = await createNamed('Masha');
    const id = randomUUID();
    await send(masha, 'before', { id });
    await owner.request('PUT', `/people/${masha.id}/mute`, { minutes: 10 });
    const refused = await masha.request('POST', '/messages', { message: 'hey' });
    expect(refused.body).toEqual(errorOf('muted', 'A moderator has muted you: you can only read.'));
    expect((await masha.request('POST', '/username', { username: 'Louder' })).status).toBe(403);
    expect((await masha.request('GET', '/messages')).status).toBe(200);
    // A message that is already stored is acknowledged again: its first acknowledgement may have been lost.
    expect((await masha.request('POST', '/messages', { id, message: 'before' })).status).toBe(200);
    const later = Date.now() + 11 * 60_000;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    expect((await masha.request('POST', '/messages', { message: 'hey' })).status).toBe(201);
  });

  it('bans a visitor, whose connections are closed and get nothing more', async () => {
    const masha = await createNamed('Masha');
    const { socket, received } = await connect(app.url, { extraHeaders: masha.headers });
    const disconnected = new Promise((resolve) => socket.once('disconnect', resolve));
    const refused = new Promise<{ data?: object }>((resolve) => socket.once('connect_error', resolve));
    await owner.request('PUT', `/people/${masha.id}/ban`, { minutes: 60 });
    await disconnected;
    const before = received.length;
    await send(owner, 'without her');
    expect((await refused).data).toEqual(errorOf('banned', /^You are banned from this chat until .* UTC\.$/));
    expect(received).toHaveLength(before);
    socket.disconnect();
    expect((await masha.request('GET', '/messages')).status).toBe(403);
    await owner.request('DELETE', `/people/${masha.id}/ban`);
    expect((await masha.request('GET', '/messages')).status).toBe(200);
  });

  it('bans the address of a visitor for a day at most: guests from there, not members', async () => {
    const masha = await createNamed('Masha');
    const member = await TestVisitor.invite(owner, 'member');
    const { socket } = await connect(app.url, { extraHeaders: masha.headers });
    await owner.request('PUT', `/people/${masha.id}/ban`, { address: true });
    socket.disconnect();
    const stranger = new TestVisitor(app.url);
    expect((await stranger.request('GET', '/messages')).body.error).toMatch(/^Your address is banned/);
    expect((await member.request('GET', '/messages')).status).toBe(200);
    const later = Date.now() + 25 * 60 * 60_000;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(later);
    expect((await stranger.request('GET', '/messages')).status).toBe(200);
    expect((await masha.request('GET', '/messages')).status).toBe(403);
    clock.mockRestore();
    await owner.request('DELETE', `/people/${masha.id}/ban`);
    expect((await stranger.request('GET', '/messages')).status).toBe(200);
  });

  it('can do nothing to visitors of the same role', async () => {
    const moderator = await TestVisitor.invite(owner, 'moderator', 'Mona');
    const other = await TestVisitor.invite(owner, 'moderator', 'Max');
    const id = await send(owner, 'mine');
    for (const [method, path] of [
      ['PUT', `/people/${owner.id}/ban`],
      ['PUT', `/people/${other.id}/mute`],
      ['PUT', `/people/${moderator.id}/ban`],
      ['DELETE', `/r/lobby/messages/${id}`],
    ] as const) {
      expect((await moderator.request(method, path, method === 'PUT' ? {} : undefined)).status).toBe(403);
    }
  });

  it('locks a room, and sets slow mode, which is announced in the room', async () => {
    const masha = await createNamed('Masha');
    const { next, socket } = await connect(app.url, { extraHeaders: masha.headers });
    await owner.request('PUT', '/r/lobby/rules', { locked: true });
    expect(await next('change_room')).toEqual({ type: 'change_room', room: 'lobby', locked: true, slow: 0 });
    expect((await masha.request('POST', '/messages', { message: 'hey' })).body.error).toMatch(
      /^This room is locked/,
    );
    expect((await owner.request('POST', '/messages', { message: 'quiet, please' })).status).toBe(201);

    await owner.request('PUT', '/r/lobby/rules', { locked: false, slow: 3600 });
    await next('change_room', ({ slow }) => slow === 3600);
    expect((await masha.request('POST', '/messages', { message: 'one' })).status).toBe(201);
    const refused = await masha.request('POST', '/messages', { message: 'two' });
    expect(refused).toMatchObject({ status: 429, body: errorOf('slow_mode') });
    expect(refused.headers.get('retry-after')).toBe(String(refused.body.retryAfter));
    expect((await masha.request('POST', '/messages', { message: 'two', room: 'elsewhere' })).status).toBe(
      201,
    );
    expect((await masha.request('GET', '/r/lobby/rules')).body).toEqual({ locked: false, slow: 3600 });
    socket.disconnect();
  });

  it('leaves audit entries that the owner reads', async () => {
    const moderator = await TestVisitor.invite(owner, 'moderator', 'Mona');
    const masha = await createNamed('Masha');
    const id = await send(masha, 'to go');
    await moderator.request('DELETE', `/r/lobby/messages/${id}`);
    await moderator.request('PUT', `/people/${masha.id}/mute`, { minutes: 5 });
    await moderator.request('DELETE', `/people/${masha.id}/mute`);
    await moderator.request('PUT', `/people/${masha.id}/ban`, {});
    await moderator.request('DELETE', `/people/${masha.id}/ban`);
    await moderator.request('PUT', '/r/lobby/rules', { slow: 10 });
    await owner.request('PUT', `/people/${masha.id}/role`, { role: 'member' });
    const entries = (await owner.request('GET', '/audit')).body as unknown as Record<string, string>[];
    expect(entries.map(({ action }) => action)).toEqual([
      'set_role',
      'set_room',
      'unban',
      'ban',
      'unmute',
      'mute',
      'delete_message',
      'redeem_invitation',
      'invite',
      'redeem_invitation',
      'invite',
    ]);
    expect(entries[5]).toMatchObject({
      visitor: moderator.id,
      target: masha.id,
      details: { minutes: 5 },
    });
    expect(entries[4]).toMatchObject({ visitor: moderator.id, target: masha.id, details: {} });
  });

  it('leaves an audit log whose pages lose and repeat no entry, though several share a millisecond', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    for (let slow = 1; slow <= 5; slow += 1) await owner.request('PUT', '/r/lobby/rules', { slow });
    const pageOf = async (query: string) =>
      (await owner.request('GET', `/audit?limit=2${query}`)).body as unknown as AuditEntry[];
    const rows = await pageOf('');
    for (let page = rows; page.length > 0; rows.push(...page)) {
      page = await pageOf(`&before=${rows.at(-1)!.id}`);
    }
    expect(rows.map(({ details }) => details).slice(0, 5)).toEqual(
      [5, 4, 3, 2, 1].map((slow) => ({ locked: false, slow })),
    );
    expect(rows.at(-1)).toMatchObject({ action: 'invite' });
    expect((await owner.request('GET', '/audit?before=yesterday')).status).toBe(400);
  });
});

describe('an invitation link', () => {
  const open = async (visitor: TestVisitor, url: unknown) => visitor.acceptInvitation(String(url));

  it('is used up by accepting it as often as it allows, and not by opening it', async () => {
    const { body } = await owner.request('POST', '/invitations', { role: 'moderator', uses: 2 });
    const preview = new TestVisitor(app.url);
    for (let i = 0; i < 3; i += 1) {
      const { status } = await preview.request('GET', '/invite', undefined, { Accept: 'text/html' });
      expect(status).toBe(200);
      const secret = new URL(String(body.url)).hash.slice(1);
      expect((await preview.request('POST', '/invite/preview', { secret })).body).toEqual({
        role: 'moderator',
      });
    }
    const [one, two, three] = [
      await TestVisitor.createGuest(app.url),
      await TestVisitor.createGuest(app.url),
      await TestVisitor.createGuest(app.url),
    ];
    expect((await open(one, body.url)).status).toBe(303);
    // A visitor that has the role already uses up no invitation.
    expect((await open(one, body.url)).status).toBe(303);
    expect((await open(two, body.url)).status).toBe(303);
    expect((await open(three, body.url)).body).toEqual(
      errorOf('not_found', 'This invitation link is no longer valid. Ask for another.'),
    );
    expect((await one.request('GET', '/people')).status).toBe(200);
  });

  it('expires, and can be revoked', async () => {
    const [short, revoked] = [
      (await owner.request('POST', '/invitations', { hours: 1 })).body,
      (await owner.request('POST', '/invitations', { hours: 1 })).body,
    ];
    await owner.request('DELETE', `/invitations/${String(revoked.id)}`);
    const guest = await TestVisitor.createGuest(app.url);
    expect((await open(guest, revoked.url)).status).toBe(404);
    const later = Date.now() + 61 * 60_000;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    expect((await open(guest, short.url)).status).toBe(404);
  });
});
