import type { AccessControl } from '../access/access-control';
import type { AddressLimits } from '../access/address-limits';
import type { AuthorizedLog } from '../access/authorized-log';
import type { FairScheduler } from '../access/fair-scheduler';
import type { OfAuthorizedRooms, RoomAccess } from '../access/room-access';
import type { VisitorLimits } from '../access/visitor-limits';
import type { Chat } from '../chat/chat';
import type { Deletions } from '../chat/deletions';
import type { News } from '../chat/news';
import type { Presence } from '../chat/presence';
import type { WriteAccess } from '../chat/write-access';
import type { Visitors } from '../identity/visitors';

/** The parts of the chat that transports call. */
export interface Services {
  log: AuthorizedLog;
  chat: Chat;
  writeAccess: WriteAccess;
  visitors: Visitors;
  presence: OfAuthorizedRooms<Presence, 'join' | 'people'>;
  news: News;
  access: AccessControl;
  rooms: RoomAccess;
  addressLimits: AddressLimits;
  deletions: Deletions;
  visitorLimits: VisitorLimits;
  scheduler: FairScheduler;
}
