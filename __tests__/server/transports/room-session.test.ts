import { once } from 'node:events';
import type { Socket } from 'node:net';
import { startApp, type RunningApp } from '../../support/app';
import { readAll, sendMessage } from '../../support/http';
import { connect } from '../../support/socket';
import { TestVisitor } from '../../support/test-visitor';
import { openPeer } from '../../support/ws';

describe('a room session that is closed while its reader stalls', () => {
  let app: RunningApp;
  beforeEach(async () => (app = await startApp()));
  afterEach(() => app.close());

  it('refuses the requests that wait for the last join: they store and delete nothing', async () => {
    const owner = await TestVisitor.createOwner(app);
    const writer = await TestVisitor.createGuest(app.url);
    const watcher = await connect(app.url, { auth: { room: 'stalled' } });
    const connection = once(app.server, 'connection');
    const peer = await openPeer(app.url, '/ws?room=stalled', 'json', undefined, writer.headers);
    const [serverSide] = (await connection) as [Socket];
    peer.send({ type: 'new_message', message: 'to be deleted', id: '9b2e6c1e-0f4a-4c37-a7a1-5d6d1c1c8f10' });
    await peer.next(({ message }) => message === 'to be deleted');
    await watcher.next('new_message');
    await watcher.next('presence', ({ count }) => count === 2);

    // Nothing is sent to the peer from here on. The next page goes to both readers in one round.
    serverSide.cork();
    await sendMessage(app.url, 'unread', { room: 'stalled' });
    await watcher.next('new_message', ({ message }) => message === 'unread');
    peer.send({ type: 'join', room: 'other' });
    peer.send({ type: 'new_message', message: 'after the ban' });
    peer.send({ type: 'delete_message', room: 'stalled', id: '9b2e6c1e-0f4a-4c37-a7a1-5d6d1c1c8f10' });
    // By then the join has left the room, and waits for the reader.
    await watcher.next('presence', ({ count }) => count === 1);
    await owner.request('PUT', `/people/${writer.id}/ban`, {});
    expect(await peer.closed).toMatchObject({ code: 1008 });

    expect(await sendMessage(app.url, 'last', { room: 'other' })).toMatchObject({ seq: 1 });
    const texts = (await readAll(app.url, 'stalled')).map(({ message }) => message);
    expect(texts).toEqual(['to be deleted', 'unread']);
    watcher.socket.disconnect();
  });
});
