import { randomUUID } from 'node:crypto';
import { FOREVER, type AccessControl } from '../access/access-control';
import { auditEntry, type AuditEntry, type NewAuditEntry } from '../access/audit-entry';
import { isAtLeast, requireRole, type ExpectedRoles } from '../access/role';
import { erasureOf } from '../entry-kinds';
import { tagOf } from '../identity/name';
import type { Profile, Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { erased, isErased } from '../log/entry';
import type { Log } from '../log/log';
import { Refusal } from '../refusal';
import type { Role, RoomRules } from '../wire';
import { describeAction } from './audit';

/** Somebody whom a moderator has to do with. */
export interface ModeratedPerson extends Pick<Profile, 'username' | 'role' | 'mutedUntil' | 'bannedUntil'> {
  visitor: string;
}

/** What became of a change: it was committed, or the roles that allowed it have changed. */
export type Decision = 'done' | 'roles_changed';

/**
 * Where it is kept who may what. Each change is committed together with its audit entry, if the roles are still
 * those that it was allowed by; else nothing is changed.
 */
export interface ModerationStore {
  mute(visitor: string, until: number, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Decision>;
  /** @param to until when the addresses are banned. */
  ban(
    visitor: string,
    until: number,
    addresses: readonly string[],
    to: number,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<Decision>;
  /** Lifts a ban, and those of addresses that came with it. */
  unban(visitor: string, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Decision>;
  setRole(visitor: string, role: Role, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Decision>;
  /** @param before the rules that are replaced: if they have changed as well, nothing is. */
  setRules(
    room: string,
    before: RoomRules,
    rules: RoomRules,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<Decision | 'rules_changed'>;
  rulesOf(room: string): Promise<RoomRules>;
  /** Returns those who have a role, or are muted or banned at a time, in ms since 1970. */
  moderatedPeople(at: number): Promise<ModeratedPerson[]>;
  /** The newest rows of the audit log with a smaller id than `before`, the newest first. */
  auditLog(before: number, limit: number): Promise<AuditEntry[]>;
}

const MINUTE = 60 * 1_000;
/** How long an address is banned with somebody who is banned for longer, or for good, in ms. */
const ADDRESS_BAN = 24 * 60 * MINUTE;

/** An audit entry as people read it. */
export interface DescribedAuditEntry {
  /** In ms since 1970. */
  at: number;
  by: string;
  action: string;
}

/** What moderators and owners do. */
export class Moderation {
  constructor(
    private readonly store: ModerationStore,
    private readonly visitors: Visitors,
    private readonly log: Log,
    private readonly access: AccessControl,
  ) {}

  /**
   * Deletes a message: one's own, or as a moderator that of somebody who may not do more. One that is deleted already
   * is no error.
   * @throws {Refusal} 403, or 404 if there is no such message.
   */
  async deleteMessage(by: Visitor, room: string, id: string): Promise<void> {
    const entry = await this.log.find(room, id);
    if (!entry || !(isErased(entry.type) || erased(entry)))
      throw new Refusal('not_found', 'There is no such message.');
    const judge = async (): Promise<ExpectedRoles> =>
      entry.visitor === by.id ? [] : this.requireHigherRole(by, entry.visitor);
    if (isErased(entry.type)) return void (await judge());
    const { username } = await this.visitors.profileOf(by);
    const deletion = { ...erasureOf(id), room, id: randomUUID(), visitor: by.id, username };
    const audit = auditEntry(by.id, 'delete_message', id, { room, username: entry.username });
    await decide(judge, async (roles) => {
      const error = await this.log
        .append({ ...deletion, requires: { roles, audit } })
        .then(() => undefined, refusalOf);
      // If it is not found, it was there a moment ago: a concurrent request has deleted it.
      if (error && error.code !== 'not_found' && error.code !== 'conflict') throw error;
      return error?.code === 'conflict' ? 'roles_changed' : 'done';
    });
  }

  /** Lets somebody only read. @param minutes nothing if permanently. @throws {Refusal} `forbidden` */
  async mute(by: Visitor, visitor: string, minutes?: number): Promise<void> {
    const audit = auditEntry(by.id, 'mute', visitor, { minutes });
    await this.setMuted(by, visitor, end(minutes), audit);
  }

  /** Lets somebody write again. @throws {Refusal} `forbidden` */
  async unmute(by: Visitor, visitor: string): Promise<void> {
    await this.setMuted(by, visitor, 0, auditEntry(by.id, 'unmute', visitor, {}));
  }

  /**
   * Bans somebody, and ends their connections.
   * @param minutes nothing if permanently.
   * @param address whether guests from the addresses of their open connections are banned, too, for a day at most.
   * @throws {Refusal} `forbidden`
   */
  async ban(by: Visitor, visitor: string, minutes: number | undefined, address: boolean): Promise<void> {
    const addresses = address ? this.access.addressesOf(visitor) : [];
    const until = end(minutes);
    const addressUntil = Math.min(until, Date.now() + ADDRESS_BAN);
    const audit = auditEntry(by.id, 'ban', visitor, { minutes, addresses });
    await decide(
      () => this.requireHigherRole(by, visitor),
      (roles) => this.store.ban(visitor, until, addresses, addressUntil, audit, roles),
    );
  }

  /** Lifts a ban, and those of the addresses that came with it. @throws {Refusal} `forbidden` */
  async unban(by: Visitor, visitor: string): Promise<void> {
    const audit = auditEntry(by.id, 'unban', visitor, {});
    await decide(
      () => this.requireHigherRole(by, visitor),
      (roles) => this.store.unban(visitor, audit, roles),
    );
  }

  /** Gives somebody a role. @throws {Refusal} 403 unless an owner asks, and about somebody else; 400 for a stranger. */
  async setRole(by: Visitor, visitor: string, role: Role): Promise<void> {
    if (visitor === by.id) {
      await requireRole(this.visitors, by, 'owner');
      throw new Refusal('forbidden', 'You cannot change your own role. Ask another owner.');
    }
    // Whoever gives it stays an owner meanwhile: there is always one left.
    await decide(
      () => this.requireRole(by, 'owner'),
      (roles) => this.store.setRole(visitor, role, auditEntry(by.id, 'set_role', visitor, { role }), roles),
    );
  }

  /** Changes what may be said in a room, and tells those who are there. @throws {Refusal} 403 */
  async setRules(by: Visitor, room: string, change: Partial<RoomRules>): Promise<RoomRules> {
    for (;;) {
      const roles = await this.requireRole(by, 'moderator');
      const before = await this.store.rulesOf(room);
      const rules = { ...before, ...change };
      const audit = auditEntry(by.id, 'set_room', room, rules);
      if ((await this.store.setRules(room, before, rules, audit, roles)) === 'done') return rules;
    }
  }

  /** What may be said in a room. */
  rulesOf(room: string): Promise<RoomRules> {
    return this.store.rulesOf(room);
  }

  /** Those who have a role, or are muted or banned now. @throws {Refusal} 403 */
  async moderatedPeople(by: Visitor): Promise<ModeratedPerson[]> {
    await requireRole(this.visitors, by, 'moderator');
    return this.store.moderatedPeople(Date.now());
  }

  /** What was done, the newest first. @param before the id of a row. @throws {Refusal} 403 unless an owner asks. */
  async auditLog(by: Visitor, before: number, limit: number): Promise<AuditEntry[]> {
    await requireRole(this.visitors, by, 'owner');
    return this.store.auditLog(before, limit);
  }

  /** Returns audit entries in words, with the names that people have now. */
  async describe(entries: readonly AuditEntry[]): Promise<DescribedAuditEntry[]> {
    const ids = new Set(entries.flatMap(({ visitor, target }) => [visitor, target]));
    const named = [...ids].map(async (visitor): Promise<[string, string]> => {
      const { username } = await this.visitors.profileById(visitor);
      return [visitor, [username, tagOf({ visitor, username })].filter(Boolean).join(' ')];
    });
    const names = new Map(await Promise.all(named));
    return entries.map((entry) => ({
      at: entry.at,
      by: entry.visitor ? names.get(entry.visitor)! : 'The server',
      action: describeAction(entry, (visitor) => names.get(visitor)!),
    }));
  }

  private async setMuted(by: Visitor, visitor: string, until: number, audit: NewAuditEntry): Promise<void> {
    await decide(
      () => this.requireHigherRole(by, visitor),
      (roles) => this.store.mute(visitor, until, audit, roles),
    );
  }

  private async requireRole(by: Visitor, least: 'moderator' | 'owner'): Promise<ExpectedRoles> {
    return [[by.id, (await requireRole(this.visitors, by, least)).role]];
  }

  /** A moderator is over members and guests, and an owner over all but owners. */
  private async requireHigherRole(by: Visitor, visitor: string): Promise<ExpectedRoles> {
    const { role } = await requireRole(this.visitors, by, 'moderator');
    const other = await this.visitors.profileById(visitor);
    if (isAtLeast(other.role, role))
      throw new Refusal(
        'forbidden',
        `You cannot do that to ${other.username}, whose role is not below yours.`,
      );
    return [
      [by.id, role],
      [visitor, other.role],
    ];
  }
}

/**
 * Changes what roles allow. If these have changed before it is committed, it is judged anew.
 * @param judge returns the roles that allow it, or throws a {@link Refusal}.
 * @param change commits it, unless the roles have changed.
 */
async function decide(
  judge: () => Promise<ExpectedRoles>,
  change: (roles: ExpectedRoles) => Promise<Decision>,
): Promise<void> {
  while ((await change(await judge())) !== 'done');
}

/** @throws what is no refusal. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

/** Returns when a term ends that begins now, in ms since 1970. */
function end(minutes: number | undefined): number {
  return minutes === undefined ? FOREVER : Date.now() + minutes * MINUTE;
}
