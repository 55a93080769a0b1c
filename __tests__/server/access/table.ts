/** The roles of the table: each may do what the earlier ones may, except muted and banned visitors. */
export const ROLES = ['nobody', 'guest', 'member', 'muted', 'banned', 'moderator', 'owner'] as const;
export type RoleName = (typeof ROLES)[number];

export const ACCESSES = ['open', 'invite', 'closed'] as const;
export type AccessName = (typeof ACCESSES)[number];

/** Whether a request is allowed, or the status with which it is refused. */
export type Verdict = 'yes' | 400 | 401 | 403 | 404;

/** The verdicts by role in an open chat. Otherwise, nobody and guests are refused with 401. */
type Verdicts = Record<RoleName, Verdict>;

const verdictsOf = (
  nobody: Verdict,
  guest: Verdict,
  member: Verdict,
  more: Partial<Verdicts> = {},
): Verdicts => ({
  nobody,
  guest,
  member,
  muted: member,
  banned: 403,
  moderator: 'yes',
  owner: 'yes',
  ...more,
});

/** The rules, with their descriptions in the README and their verdicts in an open chat. */
export const RULES = {
  read: {
    description: 'Read: the page, every transport, contacts',
    verdicts: verdictsOf('yes', 'yes', 'yes'),
  },
  write: {
    description: 'Write: messages on every transport, contacts, a name',
    verdicts: verdictsOf('yes', 'yes', 'yes', { muted: 403 }),
  },
  createRoom: {
    description: 'Create a room, open a direct message',
    verdicts: verdictsOf(400, 'yes', 'yes', { muted: 403 }),
  },
  joinRoom: {
    description: 'Join and leave a public room',
    verdicts: verdictsOf(400, 'yes', 'yes'),
  },
  readOwnRoom: {
    description: 'Read a private room as its member, on every transport and route',
    verdicts: verdictsOf(404, 'yes', 'yes'),
  },
  writeOwnRoom: {
    description: 'Write in a private room as its member, add others to it',
    verdicts: verdictsOf(404, 'yes', 'yes', { muted: 403 }),
  },
  useOthersRoom: {
    description: 'Use a private room without being its member, in any way',
    verdicts: verdictsOf(404, 404, 404, { moderator: 404, owner: 404 }),
  },
  moderateOwnRoom: {
    description: 'Delete another’s message in a private room, or set its rules',
    verdicts: verdictsOf(404, 403, 403, { moderator: 403, owner: 403 }),
  },
  deleteOwnMessage: { description: 'Delete your own message', verdicts: verdictsOf(403, 'yes', 'yes') },
  createAccount: {
    description: 'Create an account, with a password or a passkey',
    verdicts: verdictsOf(400, 'yes', 'yes'),
  },
  createToken: { description: 'Create a token for a script', verdicts: verdictsOf(400, 400, 'yes') },
  moderate: {
    description:
      'Delete a member’s message, mute, ban, set slow mode, lock a room, change its title, list muted and banned people',
    verdicts: verdictsOf(403, 403, 403),
  },
  administer: {
    description: 'Create and revoke invitations, assign roles, read the audit log',
    verdicts: verdictsOf(403, 403, 403, { moderator: 403 }),
  },
  acceptInvitation: {
    description: 'Accept an invitation',
    verdicts: verdictsOf('yes', 'yes', 'yes'),
  },
  always: {
    description:
      'See your account, end its sessions and tokens, sign in and out, preview an invitation, load assets',
    verdicts: verdictsOf('yes', 'yes', 'yes', { banned: 'yes' }),
  },
} satisfies Record<string, { description: string; verdicts: Verdicts }>;
export type RuleName = keyof typeof RULES;

/** Returns the verdict for a role in a chat that is open, by invitation or closed. */
export function expectedVerdict(access: AccessName, name: RuleName, role: RoleName): Verdict {
  const stranger = role === 'nobody' || role === 'guest';
  if (access !== 'open' && name !== 'always' && name !== 'acceptInvitation' && stranger) return 401;
  return RULES[name].verdicts[role];
}

/** Returns the table of the README. Cells list the verdicts in open chats, chats by invitation and closed chats, where they differ. */
export function asMarkdown(): string {
  const cell = (name: RuleName, role: RoleName): string =>
    [...new Set(ACCESSES.map((access) => expectedVerdict(access, name, role)))].join(' / ');
  const rows = (Object.keys(RULES) as RuleName[]).map((name) => [
    RULES[name].description,
    ...ROLES.map((role) => cell(name, role)),
  ]);
  const head = ['', ...ROLES];
  return [head, head.map(() => '-'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
