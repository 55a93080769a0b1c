import type { Visitor } from '../identity/visitor';
import type { Refusal } from '../refusal';

/** A visitor that may open a connection, and the function that releases the connection from the limits. */
export interface AuthorizedConnection {
  visitor: Visitor;
  release: () => void;
}

/** An open socket or stream. */
export interface Connection {
  readonly visitor: Visitor;
  /** Closes the connection, and stops handling its input. */
  disconnect(reason: Refusal): void;
}
