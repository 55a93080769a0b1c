import type { AccessControl } from '../access/access-control';
import type { Change, ControlChannel } from '../access/control-channel';
import type { News } from './news';
import type { Presence } from './presence';

/** Subscribes to the control channel: disconnects visitors that have lost access, and sends ephemeral events. */
export function subscribeToChanges(
  control: ControlChannel,
  access: AccessControl,
  presence: Presence,
  news: News,
): void {
  const handle = async (change: Change): Promise<void> => {
    switch (change.type) {
      case 'change_access': {
        const { visitor, addresses = [] } = change;
        await access.recheckConnections(({ id, address }) => id === visitor || addresses.includes(address));
        return news.applyChange(visitor);
      }
      case 'change_members':
        return void (await Promise.all(change.visitors.map((visitor) => news.applyChange(visitor))));
      case 'change_username':
        return presence.announceRename(change);
      case 'change_room':
        return presence.notifyRoom(change.room, change);
      case 'new_contact':
      case 'remove_contact':
        return presence.notifyAll(change);
    }
  };
  control.onChange(handle);
  control.onMissed(() => {
    void access.recheckConnections(() => true);
    news.applyMissedChanges();
  });
}
