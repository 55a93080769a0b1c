import type { Visitor } from '../identity/visitor';
import type { Refusal } from '../refusal';
import type { AuthorizedRoom } from './room-access';

/** A visitor that may open a connection, and the function that releases the connection from the limits. */
export interface AuthorizedConnection {
  visitor: Visitor;
  release: () => void;
}

/** An open socket or stream. */
export interface Connection {
  readonly visitor: Visitor;
  /** The room that it reads now. */
  readonly room?: AuthorizedRoom | undefined;
  /** Closes the connection, and stops handling its input. */
  disconnect(reason: Refusal): void;
}
