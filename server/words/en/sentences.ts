/*
 * The sentences of the server: errors on every transport, notices in plain text, and the audit log. Errors say what
 * happened, and what to do. `wait` is in seconds.
 */

const time = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
const numbers = new Intl.NumberFormat('en');
const plurals = new Intl.PluralRules('en');

const plural = (count: number, one: string, other: string): string =>
  `${numbers.format(count)} ${plurals.select(count) === 'one' ? one : other}`;
/** @param until in ms since 1970; undefined if it is forever. */
const expiry = (until: number | undefined): string =>
  until === undefined ? '' : ` until ${time.format(until)} UTC`;
/** @param minutes undefined if it is forever. */
const duration = (minutes: number | undefined): string => {
  if (minutes === undefined) return 'permanently';
  if (minutes % (24 * 60) === 0) return `for ${plural(minutes / (24 * 60), 'day', 'days')}`;
  if (minutes % 60 === 0) return `for ${plural(minutes / 60, 'hour', 'hours')}`;
  return `for ${plural(minutes, 'minute', 'minutes')}`;
};
const withArticle = { guest: 'a guest', member: 'a member', moderator: 'a moderator', owner: 'an owner' };
type Role = keyof typeof withArticle;

export const sentences = {
  // Access
  accountRequired: 'This chat is only for people with an account. Sign in.',
  addressBanned: (until: number | undefined) => `Your address is banned from this chat${expiry(until)}.`,
  banned: (until: number | undefined) => `You are banned from this chat${expiry(until)}.`,
  creatorRequired: 'Only the creator of this room may do that.',
  deletionInPrivateRoom: 'Only its writer and the creator of the room may delete a message here.',
  directIsFixed: 'A direct message stays between those it was opened with. Open another one.',
  foreignOrigin: 'Pages of this origin may not use this server.',
  invitationRequired: 'This chat is by invitation. Open your invitation link, or sign in.',
  joinFirst: 'You are not a member of this room. Join it first.',
  joinThemselves: 'People join public rooms themselves.',
  moderatorRequired: 'Only a moderator may do that.',
  muted: 'A moderator has muted you: you can only read.',
  outranked: (name: string) => `You cannot do that to ${name}, whose role is not below yours.`,
  ownerRequired: 'Only an owner may do that.',
  ownRole: 'You cannot change your own role. Ask another owner.',
  removalByCreator: 'Only the creator of a private room may remove others from it.',
  rolesChanged: 'The roles have changed. Try again.',
  roomArchived: 'This room is archived: it can only be read.',
  roomLocked: 'This room is locked: only moderators can write.',
  roomMissing: 'There is no such room, or you are not a member of it.',
  rulesOfPrivateRoom: 'Only public rooms have rules.',
  signedOut: 'You were signed out. Sign in again.',
  tokenUnknown: 'This token is unknown or was revoked. Create another.',

  // Limits
  connectionsFull: 'Too many connections are open from here. Close some, and try again.',
  directFull: (max: number) => `A direct message has at most ${max} people. Create a private room.`,
  membersFull: (max: number) => `This room has ${numbers.format(max)} members, and there can be no more.`,
  publicRoomsFull: (max: number) =>
    `There are ${numbers.format(max)} public rooms with a title already, and there can be no more.`,
  roomsFull: (max: number) =>
    `You are a member of ${numbers.format(max)} rooms, and there can be no more. Leave one first.`,
  roomsOfOthersFull: 'Somebody of them is a member of too many rooms, and must leave one first.',
  signInsBusy: (wait: number) => `Too many people are signing in. Try again in ${wait} s.`,
  signInsWaiting: (wait: number) =>
    `Too many sign-ins from your address are waiting. Try again in ${wait} s.`,
  slowMode: (interval: number, wait: number) =>
    `This room is in slow mode: one message in ${interval} s. Try again in ${wait} s.`,
  tooManyContacts: (wait: number) => `You have changed contacts too often. Try again in ${wait} s.`,
  tooManyMessages: (wait: number) => `You are sending messages too fast. Try again in ${wait} s.`,
  tooManyNames: (wait: number) => `You have changed your name too often. Try again in ${wait} s.`,
  tooManyPings: 'Too many pings and pongs.',
  tooManyProbes: (wait: number) => `There were too many probes. Try again in ${wait} s.`,
  tooManyReads: (wait: number) => `You are sending too many requests. Try again in ${wait} s.`,
  tooManyRefusals: (wait: number) => `Too many of your requests were refused. Try again in ${wait} s.`,
  tooManyRoomChanges: (wait: number) => `You have changed rooms too often. Try again in ${wait} s.`,
  tooManySignIns: (wait: number) => `There were too many attempts to sign in. Try again in ${wait} s.`,
  tooManyUnanswered: 'Too many requests on this connection were unanswered.',

  // The state of the server
  busy: 'The server is too busy to store that now. Try again.',
  databaseUnavailable: "The server can't use its database just now. Try again.",
  failedReader: 'Something went wrong on the server. Reconnect with your cursor.',
  internal: 'Something went wrong on the server. Try again.',
  notReady: 'This server is not ready. Try again.',
  notStored: 'The message could not be stored just now. Try again.',
  restarting: 'The server is restarting. Try again.',
  restartingReader: 'The server is restarting. Reconnect with your cursor.',

  // Names and contacts
  addressBookFull: (max: number) => `The address book is full: it holds ${max} contacts. Remove one first.`,
  contactExpected: 'Send an object such as { "name": "Masha", "phone": "+7 912 345-67-89" }.',
  contactFields: (fields: string) => `A contact has a name and a phone, but no ${fields}.`,
  nameBeginsWithMark: 'No word of a name can begin with a combining mark.',
  nameBeginsWithStar: 'A name cannot begin with "*".',
  nameCharacters: 'A name consists of letters, digits and symbols such as "-", "_" and ".".',
  nameDirections: 'A word of a name cannot mix both writing directions.',
  nameEmpty: 'The name is empty.',
  nameEndsWithColon: 'No word of a name can end in ":".',
  nameInvisible: 'The name holds control or invisible characters.',
  nameMarks: (max: number) => `A name can have at most ${max} combining marks on one letter.`,
  nameNeeded: 'Your account is signed in to by its name. Choose another name.',
  nameNotText: 'The name must be a string.',
  nameReserved: 'That name is reserved. Choose another.',
  nameStacked: 'The name has too many combining marks on one letter.',
  nameTaken: (name: string) => `The name "${name}", or one that looks like it, is taken. Choose another.`,
  nameTooLong: (max: number) => `The name is over ${max} characters.`,
  phoneInvalid: (phone: string) =>
    `"${phone}" is not a phone number. Write it with its country code, such as +7 912 345-67-89.`,
  phoneNotText: 'The phone number must be a string.',
  phoneTooLong: (max: number) => `The phone number is over ${max} characters.`,
  usernameExpected: 'Send an object such as { "username": "Masha" }.',

  // Messages and rooms
  cursorGone: 'This cursor is no longer in the room’s history. Read again from "earliest".',
  cursorMalformed: 'This is not a cursor. Send one exactly as the server returned it, or none.',
  cursorNotText: 'A cursor must be a string.',
  deletionExpected: 'Send an object such as { "id": "…" }, the id of the message to delete.',
  idMalformed: 'The id must be a UUID, such as 9b2e6c1e-0f4a-4c37-a7a1-5d6d1c1c8f10.',
  idTaken: 'This id belongs to another message already.',
  messageControls: 'The message holds control characters.',
  messageEmpty: 'The message is empty.',
  messageExpected: 'Send an object such as { "message": "hello" }.',
  messageGone: 'There is no such message any more.',
  messageMissing: 'There is no such message.',
  messageNotText: 'Send { "message": "…" }: the message must be a string.',
  messageTooLong: (max: number) => `The message is over ${numbers.format(max)} characters.`,
  messageUnicode: 'The message is not valid Unicode.',
  roomMalformed: 'A room has 1 to 40 characters: a to z, 0 to 9 and "-".',
  roomNotText: 'A room must be a string.',
  typeUnknown: (types: string) => `The "type" must be one of ${types}.`,

  // Accounts and invitations
  accountFirst: 'Create an account first: a token belongs to an account.',
  browserFirst: 'Open the chat in a browser first: this request has no visitor cookie.',
  currentPasswordWrong: 'The current password is wrong.',
  invitationGone: 'This invitation link is no longer valid. Ask for another.',
  invitationMalformed: 'That is not an invitation link.',
  invitationPaste: 'Paste your invitation link.',
  invitationRole: 'A role must be "member", "moderator" or "owner".',
  labelExpected: 'Send an object such as { "label": "backup script" }.',
  labelMissing: 'Give the token a label.',
  labelTooLong: (max: number) => `A label can have at most ${max} characters.`,
  nameAndPasswordExpected: 'Send an object such as { "username": "Masha", "password": "…" }.',
  nameFirst: 'Choose a name first.',
  onlyWayIn: 'This is the only way to sign in. Set a password or add another passkey first.',
  passkeyExpected: 'Send the response of navigator.credentials as JSON.',
  passkeyKnown: 'That passkey is already registered. Sign in with it.',
  passkeysFull: (max: number) => `You have ${max} passkeys. Remove some first.`,
  passkeyUnknown: 'This passkey is not registered here.',
  passkeyUnverified: 'That passkey could not be verified. Try again.',
  passwordChanged: 'The password has just been changed. Try again with the new one.',
  passwordNotText: 'The password must be a string.',
  passwordTooLong: (max: number) => `A password can have at most ${max} characters.`,
  passwordTooShort: (min: number) => `A password must have at least ${min} characters.`,
  proxyOrigin: (page: string, own: string) =>
    `This page is at ${page}, and its request came to ${own}. If there is a proxy between them, it must pass on Host and X-Forwarded-Proto, and TRUST_PROXY must name it.`,
  role: 'A role must be "guest", "member", "moderator" or "owner".',
  secretExpected: 'Send an object such as { "secret": "…" }.',
  signInFailed: 'The name or the password is wrong.',
  tokenRefused: 'A token cannot change its account. Sign in with a browser.',
  tokensFull: (max: number) => `An account can have at most ${max} tokens. Revoke some first.`,
  visitorMalformed: 'That is not the id of a visitor.',

  // Fields of requests
  auditPosition: '"before" must be the "id" of an audit entry.',
  booleanExpected: (field: string) => `"${field}" must be true or false.`,
  fieldForbidden: (field: string) => `A field cannot be called "${field}".`,
  fieldInvalid: (field: string) => `The value of "${field}" is not valid.`,
  numberExpected: (field: string) => `"${field}" must be a number.`,
  numberTooHigh: (field: string, max: number) => `"${field}" can be at most ${max}.`,
  numberTooLow: (field: string, min: number) => `"${field}" must be at least ${min}.`,
  objectExpected: 'Send a JSON object.',
  rangeExpected: (field: string, min: number, max: number) =>
    `"${field}" must be a whole number from ${min} to ${max}.`,
  wholeNumberExpected: (field: string) => `"${field}" must be a whole number.`,

  languageExpected: 'Send a form such as language=ru.',
  languageUnknown: (languages: string) => `The language must be one of ${languages}.`,

  // HTTP
  acceptHealth: 'This address has application/json and text/plain. Accept one of them.',
  acceptRoom:
    'This address has text/html, text/plain, application/x-ndjson and text/event-stream. Accept one of them.',
  addressTooLong: (kilobytes: number) => `The address is over ${kilobytes} KB.`,
  bodyEncoding: 'Send the body in UTF-8, and not compressed.',
  bodyNotJson: 'The body is not valid JSON.',
  bodyTooLarge: (kilobytes: number) => `The body is over ${kilobytes} KB.`,
  connectUnsupported: 'This server is not a proxy: CONNECT is not supported.',
  expectUnsupported: 'The only supported "Expect" header is "100-continue".',
  fileChanged: 'The file has changed: it does not meet the condition of the request.',
  fileTooShort: 'The file is shorter than the requested range.',
  formExpected: 'Send a form, or just a message: curl -d hello.',
  headersTooLarge: (kilobytes: number) => `The headers are over ${kilobytes} KB.`,
  hostMalformed: 'The "Host" header is malformed.',
  hostNotName: 'The "Host" header must be a host name, with or without a port.',
  hostsDiffer: 'There is more than one "Host" header.',
  jsonExpected: 'Send JSON, with the header "Content-Type: application/json".',
  notFound: (method: string, path: string) => `There is nothing at ${method} ${path}.`,
  notHttp: 'This is not a valid HTTP request.',
  percentEncoding: 'The address is not valid percent-encoding.',
  requestTimeout: 'The request took too long to arrive.',
  unreadable: 'The request cannot be read.',

  // Rooms
  cursorExpected: 'Send an object such as { "cursor": "…" }, with that of the last message that was read.',
  directAlone: 'Name at least one other person for a direct message.',
  directHasNoDetails: 'A direct message has no title, topic or archive.',
  peopleExpected: 'Send an object such as { "people": ["…"] }, with the ids of visitors.',
  peopleTooMany: (max: number) => `The "people" are over ${max}.`,
  privateRoomNamed: 'The server chooses the name of a private room: leave out "room".',
  roomChangeExpected: 'Send a "title", a "topic" or "archived".',
  roomExpected: 'Send an object such as { "title": "Weekend" }.',
  roomOfPrivateForm: 'Names of this form belong to private rooms. Choose another.',
  roomTaken: 'There is a room of this name already. Choose another name.',
  textExpected: (field: string) => `The "${field}" must be a string.`,
  textInvisible: (field: string) => `The "${field}" holds control or invisible characters.`,
  textTooLong: (field: string, max: number) => `The "${field}" is over ${max} characters.`,
  titleEmpty: 'The title is empty.',

  // WebSocket and Socket.IO
  connectionClosed: 'This connection was closed. Connect again.',
  engineHandshake: (transport: string) => `This is not a handshake for the transport "${transport}".`,
  engineSession: 'This session is no longer open. Connect again.',
  engineStart: 'A session must begin with GET.',
  engineTransports: 'The transports are "polling" and "websocket".',
  engineVersion: 'Use Engine.IO 4, as Socket.IO does since version 3.',
  eventUnknown: (events: string) => `There is no such event. See ${events}.`,
  frameBinary: 'Send text, not binary frames.',
  frameIdTooLong: (max: number) => `The "id" of a frame is over ${max} characters.`,
  frameNotJson: 'The frame is not valid JSON.',
  frameType: 'Send an object with a "type".',
  jsonp: 'JSONP is not supported.',
  notHandshake: (reason: string) => `This is no WebSocket handshake: ${reason}.`,
  oneSession: 'A connection can have only one session.',
  stalled: 'Nothing was read for 30 s. Reconnect with your cursor.',
  subprotocols: 'The subprotocols here are "json" and "text".',
  webSocketMissing: (path: string) => `There is no WebSocket at ${path}.`,

  // Notices in plain text
  historyGone: 'This cursor is no longer in the room’s history.',
  messageDeleted: (name: string) => `A message from “${name}” was deleted.`,
  messagesHidden: 'Some messages can’t be shown: this cursor is no longer in the room’s history.',
  streamEnds: (cursor: string) => `This stream has lasted for 15 minutes. Go on with ?follow&after=${cursor}`,
  userDeletedMessage: (name: string) => `“${name}” deleted a message.`,

  // The audit log: predicates, whose subject is the person who acted
  auditBan: (name: string, minutes: number | undefined, addresses: readonly string[]) =>
    `banned ${name} ${duration(minutes)}${addresses.length > 0 ? `, and ${addresses.join(', ')}` : ''}`,
  auditDelete: (room: string, writer: string) => `deleted a message (#${room}, ${writer})`,
  auditEditRoom: (room: string, title: string, topic: string, isArchived: boolean) =>
    [
      `edited #${room}`,
      ...(title ? [`titled “${title}”`] : []),
      ...(topic ? [`about “${topic}”`] : []),
      isArchived ? 'archived' : 'in use',
    ].join(', '),
  auditInvite: (role: Role, uses: number) =>
    `created an invitation link for ${uses === 1 ? withArticle[role] : `${numbers.format(uses)} ${role}s`}`,
  auditMute: (name: string, minutes: number | undefined) => `muted ${name} ${duration(minutes)}`,
  auditRedeem: (role: Role) => `joined through an invitation link, as ${withArticle[role]}`,
  auditRevoke: 'revoked an invitation link',
  auditRole: (name: string, role: Role) => `made ${name} ${withArticle[role]}`,
  auditRoom: (room: string, isLocked: boolean, interval: number) =>
    `changed #${room}: ${isLocked ? 'locked' : 'open'}, ${interval > 0 ? `one message every ${interval} s` : 'no slow mode'}`,
  auditServer: 'The server',
  auditUnban: (name: string) => `unbanned ${name}`,
  auditUnknown: (action: string) =>
    `performed an action that this version of Parley does not know (${action})`,
  auditUnmute: (name: string) => `unmuted ${name}`,
};
