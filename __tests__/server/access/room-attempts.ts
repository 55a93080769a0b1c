import { randomUUID } from 'node:crypto';
import { type Attempt, type Fixture, form, http, socketIo, stream, webSocket } from './ways';

type Target = Fixture['othersRoom'];

/** Makes attempts that use a room. @param targetOf returns the room for a visitor. */
function inRoom(
  attempts: Record<string, (target: Target) => Attempt>,
  targetOf: (visitor: Parameters<Attempt>[0], ground: Fixture) => Target | Promise<Target>,
): Record<string, Attempt> {
  const made = Object.entries(attempts).map(([way, attemptIn]): [string, Attempt] => [
    way,
    async (visitor, ground) => attemptIn(await targetOf(visitor, ground))(visitor, ground),
  ]);
  return Object.fromEntries(made);
}

const READ: Record<string, (target: Target) => Attempt> = {
  'GET /r/:room as a page': ({ room }) => http('GET', `/r/${room}`, undefined, { Accept: 'text/html' }),
  'GET /r/:room as lines': ({ room }) => http('GET', `/r/${room}`, undefined, { Accept: 'text/plain' }),
  'GET /r/:room?follow': ({ room }) => stream(`/r/${room}?follow`, 'application/x-ndjson'),
  'GET /r/:room as events': ({ room }) => stream(`/r/${room}`, 'text/event-stream'),
  'Socket.IO over WebSocket': ({ room }) => socketIo('websocket', undefined, '', { room }),
  'Socket.IO over polling': ({ room }) => socketIo('polling', undefined, '', { room }),
  'join over Socket.IO': ({ room }) => socketIo('websocket', () => ({ room }), 'join'),
  'GET /ws': ({ room }) => webSocket(undefined, `?room=${room}`),
  'GET /sse': ({ room }) => stream(`/sse?room=${room}`, 'text/event-stream'),
  'GET /subscribe': ({ room }) => http('GET', `/subscribe?timeout=0&room=${room}`),
  'GET /messages': ({ room }) => http('GET', `/messages?room=${room}`),
  'GET /r/:room/rules': ({ room }) => http('GET', `/r/${room}/rules`),
  'GET /rooms/:room': ({ room }) => http('GET', `/rooms/${room}`),
  'PUT /rooms/:room/read':
    ({ room }) =>
    async (visitor, ground) => {
      const { body } = await visitor.request('GET', `/rooms/${room}`);
      return http('PUT', `/rooms/${room}/read`, () => ({ cursor: body.cursor ?? 'zzzz:0' }))(visitor, ground);
    },
  'GET /rooms/:room/members': ({ room }) => http('GET', `/rooms/${room}/members`),
};

const draft = (room: string) => () => ({ id: randomUUID(), message: 'hello', room });
const WRITE: Record<string, (target: Target) => Attempt> = {
  'new_message over Socket.IO': ({ room }) => socketIo('websocket', draft(room)),
  'new_message over /ws': ({ room }) => webSocket(draft(room)),
  'POST /messages': ({ room }) => http('POST', '/messages', draft(room)),
  'POST /r/:room': ({ room }) => http('POST', `/r/${room}`, () => 'message=hello', form),
  'PUT /rooms/:room/members/:visitor': ({ room }) =>
    http('PUT', `/rooms/${room}/members/${randomUUID().slice(0, 12)}`),
};

const MODERATE: Record<string, (target: Target) => Attempt> = {
  'DELETE /r/:room/messages/:id': ({ room, message }) => http('DELETE', `/r/${room}/messages/${message}`),
  'delete_message over Socket.IO': ({ room, message }) =>
    socketIo('websocket', () => ({ room, id: message }), 'delete_message'),
  'PUT /r/:room/rules': ({ room }) => http('PUT', `/r/${room}/rules`, () => ({ slow: 5 })),
  'PATCH /rooms/:room': ({ room }) => http('PATCH', `/rooms/${room}`, () => ({ title: 'Mine' })),
};

const MEMBERSHIP: Record<string, (target: Target) => Attempt> = {
  'PUT /rooms/:room/members/me': ({ room }) => http('PUT', `/rooms/${room}/members/me`),
  'DELETE /rooms/:room/members/me': ({ room }) => http('DELETE', `/rooms/${room}/members/me`),
};

/** The attempts that create rooms, or use private ones. */
export const ROOM_ATTEMPTS = {
  createRoom: {
    'POST /rooms': http('POST', '/rooms', () => ({ title: 'Weekend' })),
    'POST /rooms, private': http('POST', '/rooms', () => ({ title: 'Plans', private: true })),
    'POST /rooms/direct': http('POST', '/rooms/direct', () => ({ people: [randomUUID().slice(0, 12)] })),
  },
  joinRoom: {
    'PUT /rooms/lobby/members/me, and DELETE': async (visitor, ground) => {
      const outcome = await http('PUT', '/rooms/lobby/members/me')(visitor, ground);
      return outcome.status === 204 ? http('DELETE', '/rooms/lobby/members/me')(visitor, ground) : outcome;
    },
  },
  readOwnRoom: inRoom(READ, (visitor, { ownRoom }) => ownRoom(visitor)),
  writeOwnRoom: inRoom(WRITE, (visitor, { ownRoom }) => ownRoom(visitor)),
  moderateOwnRoom: inRoom(MODERATE, (visitor, { ownRoom }) => ownRoom(visitor)),
  useOthersRoom: inRoom(
    { ...READ, ...WRITE, ...MODERATE, ...MEMBERSHIP },
    (_visitor, { othersRoom }) => othersRoom,
  ),
} satisfies Record<string, Record<string, Attempt>>;
