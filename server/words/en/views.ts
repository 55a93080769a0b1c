import { words as page } from './page';

/** A number of things, in the plural rules of the language. */
const plurals = new Intl.PluralRules('en');
const numbers = new Intl.NumberFormat('en');
const plural = (count: number, one: string, other: string): string =>
  `${numbers.format(count)} ${plurals.select(count) === 'one' ? one : other}`;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
/** @param seconds of a duration that is whole in one unit. */
const duration = (seconds: number): string => {
  if (seconds % YEAR === 0) return plural(seconds / YEAR, 'year', 'years');
  if (seconds % DAY === 0) return plural(seconds / DAY, 'day', 'days');
  if (seconds % HOUR === 0) return plural(seconds / HOUR, 'hour', 'hours');
  if (seconds % MINUTE === 0) return plural(seconds / MINUTE, 'minute', 'minutes');
  return page.seconds(seconds);
};
const roles = { guest: 'Guest', member: 'Member', moderator: 'Moderator', owner: 'Owner' };
type Role = keyof typeof roles;
const withArticle = { guest: 'a guest', member: 'a member', moderator: 'a moderator', owner: 'an owner' };

const invitees = (role: Role, uses: number): string =>
  uses > 1 ? `${numbers.format(uses)} ${role}s` : withArticle[role];

/** The words of the pages that the server renders. Where a function takes HTML, it is escaped already. */
export const words = {
  ...page,
  direction: 'ltr' as 'ltr' | 'rtl',

  // On several pages
  backTo: (room: string) => `Back to #${room}`,
  choose: 'Language',
  close: 'Close',
  copy: 'Copy',
  done: 'Done',
  duration,
  goToChat: 'Go to the chat',
  name: 'Name',
  password: 'Password',
  permanently: 'permanently',
  role: 'Role',
  roles,
  save: 'Save',
  signIn: 'Sign in',
  until: (timeHtml: string) => `until ${timeHtml}`,
  you: 'you',
  yourAccount: 'Your account',

  // The room
  add: 'Add',
  automatic: 'Automatic',
  connectOver: 'Connect over',
  contactName: 'Contact name',
  contacts: 'Contacts',
  createAccountOrSignIn: 'Create an account or sign in',
  discard: 'Discard',
  enterHint: 'Enter to send, Shift+Enter for a new line',
  inThisRoom: 'In this room',
  message: 'Message',
  messageActions: 'Message actions',
  messageTo: (room: string) => `Message #${room}`,
  messagesIn: (room: string) => `Messages in #${room}`,
  moderation: 'Moderation',
  newWithin: 'New messages appear within 20 seconds.',
  noContacts: 'No contacts yet. Everyone on this server can see the contacts you add.',
  off: 'Off',
  onlyModeratorsWrite: 'Only moderators can write',
  peopleAndContacts: 'People and contacts',
  phone: 'Phone',
  quiet: 'It’s quiet here.',
  retry: 'Retry',
  roomSettings: 'Room settings',
  sayHello: 'Say hello.',
  send: 'Send',
  slowModeLabel: 'Slow mode',
  tryAgain: 'Try again',
  tryNow: 'Try now',
  writeMessage: 'Write a message',

  // Actions on a message
  alsoBanIp: 'Also ban their IP (at most 1 day)',
  ban: 'Ban',
  banLabel: 'Ban: can’t use this chat',
  forDuration: (seconds: number) => `for ${duration(seconds)}`,
  mute: 'Mute',
  muteLabel: 'Mute: can read, but not write',

  // The account
  accountHolder: 'Account holder',
  accountNeedsScripts: 'Signing in and changing your account require JavaScript.',
  accountPitch:
    'An account keeps your name for you and lets you sign in from other browsers. No email address needed.',
  addPasskey: 'Add a passkey',
  addPassword: 'Add a password',
  changePassword: 'Change password',
  chooseName: 'Choose a name',
  chooseNamePitch: 'Names are unique here. Next, you can protect yours with a passkey or a password.',
  createAccount: 'Create an account',
  createPasskey: 'Create a passkey',
  createPassword: 'Create a password',
  createToken: 'Create token',
  createdOn: (dateHtml: string) => `created ${dateHtml}`,
  createdAndUsed: (createdHtml: string, usedHtml: string) => `created ${createdHtml}, last used ${usedHtml}`,
  copyToken: 'Copy the token now. It won’t be shown again.',
  currentPassword: 'Current password',
  haveAccount: 'If you already have an account here.',
  lastUsed: (dateHtml: string) => `last used ${dateHtml}`,
  newPassword: 'New password',
  noPasskeyHere: 'For browsers that don’t have your passkey.',
  onlyInvited: 'Only people with an account or an invitation can use this chat.',
  or: 'or',
  passkey: 'Passkey',
  passkeyHere: 'Sign in with your fingerprint, face or PIN on this device.',
  passkeyPitch: 'Sign in with your fingerprint, face or PIN. There is no password to remember.',
  passkeys: 'Passkeys',
  passwordRules: 'At least 8 characters. A forgotten password can’t be reset.',
  remove: 'Remove',
  removePasskey: (date: string) => `Remove the passkey created ${date}`,
  revoke: 'Revoke',
  revokeToken: (label: string) => `Revoke ${label}`,
  saveName: 'Save name',
  signInNeedsScripts: 'Signing in requires JavaScript.',
  signInWithPasskey: 'Sign in with a passkey',
  signOut: 'Sign out',
  signOutBrowser: (label: string) => `Sign out ${label}`,
  signOutOthers: 'Sign out all other browsers',
  signedInBrowsers: 'Signed-in browsers',
  thisBrowser: 'this browser',
  tokenExample: 'Backup script',
  tokenName: 'Token name',
  tokenPitch: (headerHtml: string) => `A script that sends a token as ${headerHtml} acts as you.`,
  tokens: 'Tokens',
  tokensStay: 'Tokens stay valid until you revoke them.',

  // Invitations
  acceptInvitation: 'Join',
  /** @param link makes a text a link, in HTML. */
  alreadyHaveAccount: (link: (text: string) => string) =>
    `Already have an account? ${link('Sign in')} first, then open the link again.`,
  copyInvitation: 'Copy the invitation link now. It won’t be shown again.',
  createLink: 'Create link',
  expired: 'Expired',
  expiresAfter: 'Expires after',
  invitationLinks: 'Invitation links',
  invitationFor: (role: Role, uses: number) => `For ${invitees(role, uses)}`,
  invited: 'You’re invited',
  invitePeople: 'Invite people',
  maximumUses: 'Maximum uses',
  pasteInvitation: 'Paste your invitation link',
  pastLinks: 'Past links',
  revoked: 'Revoked',
  revokeInvitation: (role: Role, uses: number) => `Revoke the link for ${invitees(role, uses)}`,
  usedOf: (used: number, uses: number) => `used ${numbers.format(used)} of ${numbers.format(uses)}`,
  usedUp: 'Used up',
  valid: (untilHtml: string) => `valid ${untilHtml}`,

  // Moderation
  auditLog: 'Audit log',
  audited: (actorHtml: string, actionHtml: string) => `${actorHtml} ${actionHtml}`,
  banned: (untilHtml: string) => `Banned ${untilHtml}`,
  moderationNeedsScripts: 'Making changes requires JavaScript.',
  moderationPitch:
    'Everyone who has a role, is muted or is banned. To mute or ban someone, open the “…” menu next to one of their messages.',
  mutedUntil: (untilHtml: string) => `Muted ${untilHtml}`,
  noEntries: 'No entries yet.',
  people: 'People',
  roleOf: (name: string) => `Role of ${name}`,
  unban: 'Unban',
  unbanPerson: (name: string) => `Unban ${name}`,
  unmute: 'Unmute',
  unmutePerson: (name: string) => `Unmute ${name}`,
};

/** The words of the pages in any language. */
export type ViewWords = typeof words;
