import type { Subscriber } from '../chat/attendee';
import type { LogReader } from '../log/follower';

/** The writing side of a connection. Its `end` is called with a `Refusal` when access has ended. */
export interface Outlet extends LogReader, Subscriber {}
