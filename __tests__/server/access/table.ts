/** Whom the table knows; in its order, each may do what those before may, but for those who were put in their place. */
export const ROLES = ['nobody', 'guest', 'member', 'muted', 'banned', 'moderator', 'owner'] as const;
export type RoleName = (typeof ROLES)[number];

export const ACCESSES = ['open', 'invite', 'closed'] as const;
export type AccessName = (typeof ACCESSES)[number];

/** What comes of asking: it is done, or refused with a status. */
export type Verdict = 'yes' | 400 | 401 | 403;

/** What somebody may do, by role. Whoever has to be invited or to sign in first is refused with 401 instead. */
type Rule = Record<RoleName, Verdict>;

const rule = (nobody: Verdict, guest: Verdict, member: Verdict, more: Partial<Rule> = {}): Rule => ({
  nobody,
  guest,
  member,
  muted: member,
  banned: 403,
  moderator: 'yes',
  owner: 'yes',
  ...more,
});

/** What can be done, in the words of the README, and who may in an open chat. */
export const RULES = {
  read: { words: 'Read: the page, every transport, contacts', rule: rule('yes', 'yes', 'yes') },
  write: {
    words: 'Write: messages on every transport, contacts, a name',
    rule: rule('yes', 'yes', 'yes', { muted: 403 }),
  },
  deleteOwn: { words: 'Delete your own message', rule: rule(403, 'yes', 'yes') },
  keep: { words: 'Create an account, with a password or a passkey', rule: rule(400, 'yes', 'yes') },
  token: { words: 'Create a token for a script', rule: rule(400, 400, 'yes') },
  moderate: {
    words: 'Delete a member’s message, mute, ban, set slow mode, lock a room, list muted and banned people',
    rule: rule(403, 403, 403),
  },
  own: {
    words: 'Create and revoke invitations, assign roles, read the audit log',
    rule: rule(403, 403, 403, { moderator: 403 }),
  },
  join: {
    words: 'Accept an invitation',
    rule: rule('yes', 'yes', 'yes'),
  },
  always: {
    words:
      'See your account, end its sessions and tokens, sign in and out, preview an invitation, load assets',
    rule: rule('yes', 'yes', 'yes', { banned: 'yes' }),
  },
} satisfies Record<string, { words: string; rule: Rule }>;
export type RuleName = keyof typeof RULES;

/** What comes of asking in a chat that is open, by invitation, or closed. */
export function verdict(access: AccessName, name: RuleName, role: RoleName): Verdict {
  const stranger = role === 'nobody' || role === 'guest';
  if (access !== 'open' && name !== 'always' && name !== 'join' && stranger) return 401;
  return RULES[name].rule[role];
}

/** The same as the README shows it: in an open chat, and, where that differs, in one by invitation or a closed one. */
export function asMarkdown(): string {
  const cell = (name: RuleName, role: RoleName): string =>
    [...new Set(ACCESSES.map((access) => verdict(access, name, role)))].join(' / ');
  const rows = (Object.keys(RULES) as RuleName[]).map((name) => [
    RULES[name].words,
    ...ROLES.map((role) => cell(name, role)),
  ]);
  const head = ['', ...ROLES];
  return [head, head.map(() => '-'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
