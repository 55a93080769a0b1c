import { Refusal } from '../../../server/refusal';
import type { Services } from '../../../server/transports/services';
import type { Outlet } from '../../../server/transports/outlet';
import { RoomSession } from '../../../server/transports/room-session';

const nothing = (): void => undefined;

describe('a session that is closed while its reader stalls', () => {
  it('refuses the requests that wait for the last join, and stores nothing', async () => {
    let taken: (taken: boolean) => void = nothing;
    const taking = new Promise<boolean>((resolve) => (taken = resolve));
    const [say, deleteMessage] = [jest.fn(), jest.fn()];
    const services = {
      access: { addConnection: nothing, removeConnection: nothing },
      visitorLimits: { consume: nothing, checkRefusals: nothing, countRefusal: nothing },
      scheduler: { wait: nothing },
      log: { start: async () => 'a:0', follow: () => ({ writing: taking, stop: nothing }) },
      presence: { join: () => ({ leave: nothing, typing: nothing }) },
      visitors: { profileOf: async () => ({ username: 'Masha' }) },
      chat: { send: say },
      deletions: { delete: deleteMessage },
    } as unknown as Services;
    const outlet: Outlet = { write: nothing, notify: nothing, end: nothing };
    const visitor = { id: 'v', username: 'Masha', isPersistent: true, address: '::1' };
    const session = new RoomSession(services, visitor, outlet);
    session.enter('lobby', 'a:0');
    const id = '9b2e6c1e-0f4a-4c37-a7a1-5d6d1c1c8f10';
    const answers = [
      session.handle('join', { room: 'other' }),
      session.handle('new_message', { message: 'after the ban' }),
      session.handle('delete_message', { id }),
    ];
    session.disconnect(new Refusal('forbidden', 'You are banned from this chat.'));
    taken(false);
    const [, ...waited] = await Promise.allSettled(answers);
    expect(waited).toMatchObject(waited.map(() => ({ status: 'rejected', reason: { status: 403 } })));
    expect(say).not.toHaveBeenCalled();
    expect(deleteMessage).not.toHaveBeenCalled();
  });
});
