import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ENTRY_TYPES, kindOf, SENDABLE_TYPES } from '../../server/entry-kinds';
import { type RunningApp, startApp } from '../support/app';
import { sendMessage } from '../support/http';
import { TestVisitor } from '../support/test-visitor';
import { READERS } from '../support/readers';
import { openClient } from '../support/socket';
import { writeUnknownKind } from '../support/unknown-kind';
import { openPeer } from '../support/ws';

describe('the kinds of entries', () => {
  const kinds = ENTRY_TYPES.map((type) => [type, kindOf(type)!] as const);

  it.each(kinds)('%s has no field of the head in its body', (_type, { body }) => {
    const head = ['type', 'cursor', 'seq', 'room', 'id', 'visitor', 'username', 'at'];
    expect(Object.keys(body.shape).filter((field) => head.includes(field))).toEqual([]);
  });

  it.each(kinds.filter(([, { erasedAs }]) => erasedAs))(
    '%s leaves a row that is shorter when it is erased, so that no copy of its text stays behind',
    (type, { erasedAs, body }) => {
      const shortest = JSON.stringify(
        Object.fromEntries(Object.keys(body.shape).map((field) => [field, ''])),
      );
      expect(Object.keys(kindOf(erasedAs!)!.body.shape)).toEqual([]);
      expect(erasedAs!.length + '{}'.length).toBeLessThanOrEqual(type.length + shortest.length);
    },
  );

  it.each(kinds.filter(([, { isInHistory }]) => isInHistory))('%s has a view for the first paint', (type) => {
    expect(existsSync(join(__dirname, '..', '..', 'views', 'entries', `${type}.ejs`))).toBe(true);
  });

  it('that clients may send include messages, and not what only a deletion makes', () => {
    expect(SENDABLE_TYPES).toContain('new_message');
    expect(SENDABLE_TYPES).not.toContain('deleted_message');
    expect(SENDABLE_TYPES).not.toContain('delete_message');
  });
});

describe('an entry of a kind that only another version knows', () => {
  let app: RunningApp;
  let id: string;

  beforeEach(async () => {
    app = await startApp();
    await sendMessage(app.url, 'before');
    ({ id } = await writeUnknownKind(app.database, 'lobby'));
    await sendMessage(app.url, 'after');
  });
  afterEach(() => app.close());

  it.each(Object.entries(READERS))('keeps its place and has no body by %s', async (_way, open) => {
    const reader = await open(app.url, { room: 'lobby', after: 'earliest' });
    const entries = [await reader.next(), await reader.next(), await reader.next()];
    expect(entries.map(({ type }) => type)).toEqual(['new_message', 'pin_message', 'new_message']);
    expect(Object.keys(entries[1]!)).toEqual([
      'type',
      'cursor',
      'seq',
      'room',
      'id',
      'visitor',
      'username',
      'at',
    ]);
    expect(entries[1]).toMatchObject({ seq: 2, id });
    reader.close();
  });

  it('has no line in plain text and on a WebSocket that speaks text', async () => {
    const answer = await fetch(`${app.url}/r/lobby?after=earliest`, { headers: { Accept: 'text/plain' } });
    expect(await answer.text()).toBe('Anonymous: before\nAnonymous: after\n');
    const peer = await openPeer(app.url, '/ws?after=earliest', 'text');
    expect(await peer.waitForLines(2)).toEqual(['Anonymous: before', 'Anonymous: after']);
    peer.socket.terminate();
  });

  it('can be neither sent nor deleted, and its id is taken', async () => {
    const masha = await TestVisitor.createGuest(app.url);
    expect(await masha.request('POST', '/messages', { message: 'x', id })).toMatchObject({ status: 409 });
    expect(await masha.request('DELETE', `/r/lobby/messages/${id}`)).toMatchObject({ status: 404 });
    expect(await masha.request('POST', '/messages', { type: 'pin_message', message: 'x' })).toMatchObject({
      status: 400,
    });
    const { socket } = openClient(app.url);
    expect(await socket.emitWithAck('pin_message', { message: 'x' })).toMatchObject({ status: 400 });
    socket.disconnect();
  });

  it('is in no page of the room', async () => {
    const html = await (await fetch(app.url)).text();
    expect(html).toContain('before');
    expect(html).not.toContain('secret');
    expect(html).not.toContain(id);
  });
});
