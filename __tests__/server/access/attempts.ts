import type { ErrorBody } from '../../../server/wire';
import { ROOM_ATTEMPTS } from './room-attempts';
import type { RuleName } from './table';
import {
  type Attempt,
  draft,
  type Fixture,
  form,
  http,
  line,
  name,
  socketIo,
  stream,
  webSocket,
} from './ways';

/** All attempts, by the rule that decides on them. */
export const ATTEMPTS: Record<RuleName, Record<string, Attempt>> = {
  ...ROOM_ATTEMPTS,
  read: {
    'GET /': http('GET', '/'),
    'GET /r/lobby as a page': http('GET', '/r/lobby', undefined, { Accept: 'text/html' }),
    'GET /r/lobby as lines': http('GET', '/r/lobby', undefined, { Accept: 'text/plain' }),
    'GET /r/lobby?follow': stream('/r/lobby?follow', 'application/x-ndjson'),
    'GET /r/lobby as events': stream('/r/lobby', 'text/event-stream'),
    'Socket.IO over WebSocket': socketIo('websocket'),
    'Socket.IO over polling': socketIo('polling'),
    'GET /ws': webSocket(),
    'GET /ws/echo': line('/ws/echo', 'hello'),
    'GET /sse': stream('/sse', 'text/event-stream'),
    'GET /subscribe': http('GET', '/subscribe?timeout=0'),
    'GET /messages': http('GET', '/messages'),
    'GET /contacts': http('GET', '/contacts'),
    'GET /r/lobby/rules': http('GET', '/r/lobby/rules'),
    'GET /rooms': http('GET', '/rooms'),
    'GET /rooms?find': http('GET', '/rooms?find=lob'),
    'GET /rooms/lobby': http('GET', '/rooms/lobby'),
    'GET /rooms/lobby/members': http('GET', '/rooms/lobby/members'),
  },
  write: {
    'Socket.IO over WebSocket': socketIo('websocket', draft),
    'Socket.IO over polling': socketIo('polling', draft),
    'WebSocket (json)': webSocket(draft),
    'WebSocket (text)': line('/ws', 'hello'),
    'change_username over Socket.IO': socketIo('websocket', () => name(), 'change_username'),
    'typing over Socket.IO': socketIo('websocket', () => ({}), 'typing'),
    'POST /messages': http('POST', '/messages', draft),
    'POST /r/lobby': http('POST', '/r/lobby', () => 'message=hello', form),
    'POST /contacts': http('POST', '/contacts', () => ({ name: 'Masha', phone: '+7 912 345-67-89' })),
    'DELETE /contacts/:id': http('DELETE', '/contacts/none'),
    'POST /username': http('POST', '/username', name),
  },
  deleteOwnMessage: {
    'DELETE /r/lobby/messages/:id': async (visitor, { ownMessage: own }) =>
      http('DELETE', `/r/lobby/messages/${await own(visitor)}`)(visitor, {} as Fixture),
  },
  createAccount: {
    'PUT /account/password': async (visitor, { password }) =>
      http('PUT', '/account/password', () => ({ password: password(visitor), current: password(visitor) }))(
        visitor,
        {} as Fixture,
      ),
    'POST /account/passkeys': async (visitor, ground) => {
      const outcome = await http('POST', '/account/passkeys', () => ({ id: 'x', response: {} }))(
        visitor,
        ground,
      );
      // Without an authenticator, this error shows that the request was allowed.
      return outcome.error === 'That passkey could not be verified. Try again.' ? { status: 200 } : outcome;
    },
    'POST /account/passkeys/options': http('POST', '/account/passkeys/options', () => ({})),
  },
  createToken: { 'POST /account/tokens': http('POST', '/account/tokens', () => ({ label: 'script' })) },
  moderate: {
    'DELETE /r/lobby/messages/:id': async (visitor, { createMessage: message }) =>
      http('DELETE', `/r/lobby/messages/${await message()}`)(visitor, {} as Fixture),
    'PUT /people/:visitor/mute': (visitor, ground) =>
      http('PUT', `/people/${ground.target}/mute`, () => ({ minutes: 1 }))(visitor, ground),
    'DELETE /people/:visitor/mute': (visitor, ground) =>
      http('DELETE', `/people/${ground.target}/mute`)(visitor, ground),
    'PUT /people/:visitor/ban': (visitor, ground) =>
      http('PUT', `/people/${ground.target}/ban`, () => ({ minutes: 1 }))(visitor, ground),
    'DELETE /people/:visitor/ban': (visitor, ground) =>
      http('DELETE', `/people/${ground.target}/ban`)(visitor, ground),
    'PATCH /rooms/elsewhere': http('PATCH', '/rooms/elsewhere', () => ({ title: 'Elsewhere' })),
    'PUT /r/elsewhere/rules': http('PUT', '/r/elsewhere/rules', () => ({ locked: true, slow: 5 })),
    'GET /people': http('GET', '/people'),
    'GET /moderation': http('GET', '/moderation'),
  },
  administer: {
    'POST /invitations': http('POST', '/invitations', () => ({ role: 'member' })),
    'GET /invitations': http('GET', '/invitations'),
    'DELETE /invitations/:id': http('DELETE', '/invitations/none'),
    'PUT /people/:visitor/role': (visitor, ground) =>
      http('PUT', `/people/${ground.target}/role`, () => ({ role: 'guest' }))(visitor, ground),
    'GET /audit': http('GET', '/audit'),
  },
  acceptInvitation: {
    'POST /invite': async (visitor, ground) => {
      const { status, body } = await visitor.acceptInvitation(await ground.createInvitation());
      return { ...(body as Partial<ErrorBody>), status };
    },
  },
  always: {
    'GET /invite': http('GET', '/invite'),
    'POST /language': async ({ url, cookie }) => {
      const body = new URLSearchParams({ language: 'en' });
      const answer = await fetch(`${url}/language`, {
        method: 'POST',
        headers: { Cookie: cookie },
        body,
        redirect: 'manual',
      });
      return { status: answer.status };
    },
    'POST /invite/preview': async (visitor, ground) => {
      const [, secret] = (await ground.createInvitation()).split('#');
      return http('POST', '/invite/preview', () => ({ secret }))(visitor, ground);
    },
    'POST /sessions, and DELETE': async (visitor, ground) => {
      const outcome = await http('POST', '/sessions', () => ground.otherAccount)(visitor, ground);
      return outcome.status === 201 ? http('DELETE', '/sessions')(visitor, ground) : outcome;
    },
    'DELETE /account/grants/:id': http('DELETE', '/account/grants/none'),
    'DELETE /account/passkeys/:id': http('DELETE', '/account/passkeys/none'),
    'GET /account': http('GET', '/account'),
    'GET /account as a page': http('GET', '/account', undefined, { Accept: 'text/html' }),
    'POST /sessions/options': http('POST', '/sessions/options', () => ({})),
    'GET /static/styles/chat.css': http('GET', '/static/styles/chat.css'),
  },
};
