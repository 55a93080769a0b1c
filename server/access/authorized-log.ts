import type { Log } from '../log/log';
import type { AppendResult, Draft } from '../log/store';
import type { AuthorizedRoom, OfAuthorizedRooms } from './room-access';

/** The logs of all rooms, for callers that must authorize a room before they use its log. */
export interface AuthorizedLog extends OfAuthorizedRooms<
  Log,
  'after' | 'before' | 'find' | 'follow' | 'page' | 'start'
> {
  append(draft: Draft & { room: AuthorizedRoom }): Promise<AppendResult>;
  overview(read: ReadonlyMap<AuthorizedRoom, number>, reader: string): ReturnType<Log['overview']>;
}
