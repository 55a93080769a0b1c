import type { Role } from '../wire';
import type { LastSeenStore } from './last-seen';
import type { TransientNameStore } from './transient-names';

/** A reader or writer, the same on every transport. */
export interface Visitor {
  /** Public: it is part of every message. */
  readonly id: string;
  /** The name at the time of identification; {@link Visitors.profileOf} returns the current one. */
  username: string;
  /** Whether a cookie or token identifies the visitor again. If not, it exists only for its connection or request. */
  readonly isPersistent: boolean;
  /** The address or network that limits and bans apply to. */
  readonly address: string;
  /** The id of the session or token that authenticated the visitor; a guest has none. */
  readonly credential?: string | undefined;
}

/** The stored properties of a visitor. */
export interface Profile {
  username: string;
  role: Role;
  /** Whether the visitor has an account. */
  account: boolean;
  /** In ms since 1970; in the past, or 0, without a mute or ban. */
  mutedUntil: number;
  bannedUntil: number;
  /** The last visit, accurate to a day, in ms since 1970. */
  seen: number;
}

/** A credential is either the session of a signed-in browser or the token of a script. */
export type CredentialKind = 'session' | 'token';

/** Stores visitors, and finds them by their credentials. */
export interface VisitorStore extends LastSeenStore, TransientNameStore {
  /** Returns the key that signs cookies, and stores `fresh` as that key the first time. */
  signingKey(fresh: string): Promise<string>;
  /** Returns the profile of a visitor, if anything is stored of it. */
  profileOf(visitor: string): Promise<Profile | undefined>;
  /**
   * Gives a visitor a name, and frees its previous one.
   * @param skeleton see `skeletonOf`; null for the name that everybody may have.
   * @param abandonedBefore a name without an account is free if its owner's last visit was before this, in ms since 1970.
   * @param at when it is claimed, which is a visit.
   * @returns `name_taken` if another visitor has a name with this skeleton, persistent or not, or `name_required` if an account, which
   *   people sign in to by its name, would have none.
   */
  claim(
    visitor: string,
    username: string,
    skeleton: string | null,
    abandonedBefore: number,
    at: number,
  ): Promise<'done' | 'name_taken' | 'name_required'>;
  /** Finds a credential by the hash of its secret. */
  credentialOf(
    kind: CredentialKind,
    hash: string,
  ): Promise<{ id: string; visitor: string; used: number } | undefined>;
  /** Returns when a credential was last used, in ms since 1970, unless it has been revoked. */
  lastUseOf(credential: string): Promise<{ kind: CredentialKind; used: number } | undefined>;
}
