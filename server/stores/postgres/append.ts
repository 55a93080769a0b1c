import { kindOf } from '../../entry-kinds';
import { commitmentTo, createSalts, hashOf, shorten, type ChainedEntry, type Link } from '../../log/chain';
import type { Conflict, Draft } from '../../log/store';
import { isRepeated, type Appended } from '../stored-entry';

/** What a batch was decided on: what the database held when its rooms were locked. */
export interface Found {
  /** The head of each room of the batch. */
  heads: Map<string, Link>;
  /** The entries that have an id of the batch, or one that it erases. */
  entries: readonly ChainedEntry[];
  /** The roles of visitors that have one. */
  roles: ReadonlyMap<string, string>;
}

/** The outcome of a draft: its new entry, the entry that already has its id, or a conflict. */
export type Outcome = { added: Appended } | { known: ChainedEntry } | Conflict;

/** Decides the outcome of each draft of a batch, in order, and collects what is to be written. */
export class Batch {
  readonly inserts: ChainedEntry[] = [];
  /** Stored entries that lose their bodies, as they are from now on. */
  readonly erasures: ChainedEntry[] = [];
  readonly audits: { at: number; visitor: string; action: string; target: string; details: string }[] = [];
  readonly grown = new Set<string>();
  /** The outcome of each draft. */
  readonly outcomes: readonly Outcome[];
  private readonly entries: Map<string, ChainedEntry>;

  /** @param at when the batch was accepted, in ms since 1970. */
  constructor(
    private readonly found: Found,
    drafts: readonly Draft[],
    private readonly at: number,
  ) {
    this.entries = new Map(found.entries.map((entry) => [key(entry.room, entry.id), entry]));
    const salts = createSalts(drafts.length);
    this.outcomes = drafts.map((draft, i) => this.decide(draft, salts[i]!));
  }

  /** Returns the new heads of the rooms that have grown. */
  get heads(): { room: string; seq: number; hash: string }[] {
    return [...this.grown].map((room) => ({ room, ...this.found.heads.get(room)! }));
  }

  private decide(draft: Draft, salt: string): Outcome {
    const { room, id, visitor, username, type } = draft;
    const body = JSON.stringify(draft.body);
    const known = this.entries.get(key(room, id));
    // A copy: the entry itself may be erased by a later draft.
    if (known) return isRepeated(known, type, body) ? { known: { ...known } } : 'id_taken';
    const conflict = this.applyEffects(draft);
    if (conflict) return conflict;
    const head = this.found.heads.get(room)!;
    const fields = { room, seq: head.seq + 1, id, visitor, username, at: this.at };
    const hash = hashOf(head.hash, commitmentTo(type, body, salt), fields);
    const entry = { ...fields, type, body, seal: salt, hash };
    this.entries.set(key(room, id), entry);
    this.inserts.push(entry);
    this.found.heads.set(room, { seq: entry.seq, hash });
    this.grown.add(room);
    return { added: { seq: entry.seq, hash: shorten(hash) } };
  }

  /** Applies the effect of a draft on earlier entries, or returns why it can't be appended. */
  private applyEffects({ room, visitor, type, body, requires }: Draft): Conflict | undefined {
    const { roles, audit } = requires ?? {};
    if (roles?.some(([id, role]) => (this.found.roles.get(id) ?? 'guest') !== role)) return 'roles_changed';
    const target = kindOf(type)?.erases?.(body);
    if (target !== undefined && !this.erase(room, target)) return 'target_missing';
    if (audit) {
      const { action, target, details } = audit;
      this.audits.push({ at: this.at, visitor, action, target, details: JSON.stringify(details) });
    }
    return undefined;
  }

  /** Erases the body and the salt of an entry. @returns whether it exists and is of a kind that can be erased. */
  private erase(room: string, id: string): boolean {
    const entry = this.entries.get(key(room, id));
    const type = entry && kindOf(entry.type)?.erasedAs;
    if (!entry || type === undefined) return false;
    entry.seal = commitmentTo(entry.type, entry.body, entry.seal);
    entry.type = type;
    entry.body = '{}';
    // One of this batch is inserted as it is now.
    if (!this.inserts.includes(entry)) this.erasures.push(entry);
    return true;
  }
}

/** Returns the ids that a batch looks up: of its drafts, and of what they erase. */
export function idsOf(drafts: readonly Draft[]): { room: string; id: string }[] {
  return drafts.flatMap(({ room, id, type, body }) => {
    const target = kindOf(type)?.erases?.(body);
    return target === undefined
      ? [{ room, id }]
      : [
          { room, id },
          { room, id: target },
        ];
  });
}

function key(room: string, id: string): string {
  return `${room}\n${id}`;
}
