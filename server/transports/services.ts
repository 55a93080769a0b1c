import type { AccessControl } from '../access/access-control';
import type { AddressLimits } from '../access/address-limits';
import type { FairScheduler } from '../access/fair-scheduler';
import type { VisitorLimits } from '../access/visitor-limits';
import type { Chat } from '../chat/chat';
import type { Deletions } from '../chat/deletions';
import type { Presence } from '../chat/presence';
import type { WriteAccess } from '../chat/write-access';
import type { Visitors } from '../identity/visitors';
import type { Log } from '../log/log';

/** The parts of the chat that transports call. */
export interface Services {
  log: Log;
  chat: Chat;
  writeAccess: WriteAccess;
  visitors: Visitors;
  presence: Presence;
  access: AccessControl;
  addressLimits: AddressLimits;
  deletions: Deletions;
  visitorLimits: VisitorLimits;
  scheduler: FairScheduler;
}
