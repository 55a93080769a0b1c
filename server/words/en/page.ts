/*
 * The words of the page's scripts, and of views that show the same: the browser gets this file, in its language alone. So
 * it imports nothing. Numbers of seconds are whole.
 */

const numbers = new Intl.NumberFormat('en');
const plurals = new Intl.PluralRules('en');
const plural = (count: number, one: string, other: string): string =>
  `${numbers.format(count)} ${plurals.select(count) === 'one' ? one : other}`;

export const words = {
  /** The language, and the locale of its dates where the reader has none of that language. */
  language: 'en',
  locale: 'en-GB',

  // The connection
  connecting: 'Connecting',
  inSeconds: (seconds: number) => `in ${seconds} s`,
  live: 'Live',
  liveOver: (transport: string) => `Live · over ${transport}`,
  networkAnswered: 'The network answered instead of the server. Check whether it asks you to sign in.',
  notConnected: 'not connected',
  offline: 'Offline',
  overTransport: (transport: string) => `over ${transport}`,
  readUpTo: (seq: number) => `Read up to #${seq}`,
  reconnecting: 'Reconnecting',
  reloadPage: 'Something went wrong. Reload the page.',
  serverStatus: (status: number) => `The server answered with status ${status}. Try again later.`,
  serverUnreachable: 'The server can’t be reached. Check your connection and try again.',
  transports: {
    websocket: 'WebSocket',
    polling: 'Socket.IO polling',
    sse: 'SSE',
    subscribe: 'long polling',
    poll: 'polling',
  },
  waitingCount: (count: number) => `${numbers.format(count)} waiting`,

  // Writing
  charactersLeft: (count: number) => `${plural(count, 'character', 'characters')} left`,
  charactersTooMany: (count: number) => `${plural(count, 'character', 'characters')} too long`,
  holding: 'You are sending too fast. The next message will be sent',
  notSent: 'Not sent',
  sending: 'Sending…',
  sent: 'Sent',
  waiting: 'Waiting…',
  waitingForConnection: 'Waiting for the connection',
  writtenByOther: (name: string) => `Written by another visitor. Retry sends it as ${name}.`,

  // Rules
  muted: 'A moderator has muted you: you can only read.',
  roomLocked: 'This room is locked: only moderators can write.',
  seconds: (seconds: number) => `${seconds} s`,
  slowMode: (seconds: number) => `Slow mode: one message every ${seconds} s.`,

  // Messages
  beginning: (room: string) => `Beginning of #${room}`,
  deleted: 'Deleted',
  deleteForEveryone: 'Delete for everyone',
  deleteMessage: 'Delete message',
  latest: 'Latest',
  loadingNewer: 'Loading newer messages…',
  loadingOlder: 'Loading earlier messages…',
  newerFailed: 'Newer messages couldn’t be loaded.',
  newMessages: (count: number) =>
    count === 1 ? 'New message' : `${plural(count, 'new message', 'new messages')}`,
  olderFailed: 'Earlier messages couldn’t be loaded.',
  showLess: 'Show less',
  showMore: 'Show more',
  today: 'Today',
  yesterday: 'Yesterday',
  yourMessage: 'Your message',

  // People and contacts
  anonymous: 'Anonymous',
  andMore: (count: number) => `and ${numbers.format(count)} more`,
  extension: (digits: string) => `ext. ${digits}`,
  isBanned: (name: string) => `${name} is banned.`,
  isMuted: (name: string) => `${name} is muted.`,
  nameTooLong: (max: number) => `The name is longer than ${max} characters.`,
  removeContact: (name: string) => `Remove ${name}`,
  /** @param others how many are typing beside these. */
  typing: (names: readonly string[], others: number) => {
    if (names.length === 1 && others === 0) return `${names[0]} is typing…`;
    return others === 0
      ? `${names.join(' and ')} are typing…`
      : `${names.join(', ')} and ${others} more are typing…`;
  },

  // Accounts and invitations
  copied: 'Copied.',
  joinAs: {
    member: 'Join this chat.',
    moderator: 'Join this chat as a moderator.',
    owner: 'Join this chat as its owner. You decide who can join and what they can do.',
  },
  passkeyAdded: 'Passkey added.',
  passkeyExists: 'This device already has a passkey for this account.',
  passkeyUnused: 'No passkey was used. Try again, or use a password.',
  passwordSaved: 'Password saved.',
  selected: 'Selected. Copy it with the keyboard.',
};

/** The words of the page in any language. */
export type PageWords = typeof words;
