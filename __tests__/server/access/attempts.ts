import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import type { ErrorBody } from '../../../server/wire';
import type { TestVisitor } from '../../support/test-visitor';
import type { RuleName } from './table';

/** The result of an attempt. Over a socket, success has the status 200. */
export interface Outcome {
  status: number;
  error?: string | undefined;
  /** The error's code, or {@link PLAIN_TEXT} if the error is a page or a line of text. */
  code?: string | undefined;
}

/** Replaces the code of an error that is a page or a line of text. */
export const PLAIN_TEXT = 'plain text';

/** The objects of the attempts. */
export interface Fixture {
  /** Sends a message as a member. Returns its id. */
  createMessage: () => Promise<string>;
  /** Returns the id of a message by a visitor. */
  ownMessage: (visitor: TestVisitor) => Promise<string>;
  /** The id of a guest to be moderated. */
  target: string;
  /** Returns the password of a visitor's account. */
  password: (visitor: TestVisitor) => string;
  /** Creates an invitation. Returns its link. */
  createInvitation: () => Promise<string>;
  /** An account to sign in to. */
  otherAccount: { username: string; password: string };
}

type Attempt = (visitor: TestVisitor, ground: Fixture) => Promise<Outcome>;

/** Sends a request. */
const http =
  (method: string, path: string, body?: () => unknown, headers: Record<string, string> = {}): Attempt =>
  async (visitor) => {
    const { status, body: answer, text } = await visitor.request(method, path, body?.(), headers);
    if (status < 400) return { status };
    const { error = sentenceIn(text), code = PLAIN_TEXT } = answer as Partial<ErrorBody>;
    return { status, error, code };
  };

/** Returns the sentence of an error page. */
function sentenceIn(html: string): string {
  return /(?:This chat|You are) [^<]*/.exec(html)?.[0] ?? html;
}

/** Opens a stream, and closes it once its response has begun. */
const stream =
  (path: string, accept: string): Attempt =>
  async (visitor) => {
    const controller = new AbortController();
    const headers = { Accept: accept, ...visitor.headers };
    const answer = await fetch(visitor.url + path, { headers, signal: controller.signal });
    const outcome = { status: answer.status, ...(answer.ok ? {} : await errorIn(answer)) };
    controller.abort();
    return outcome;
  };

async function errorIn(answer: Response): Promise<Partial<ErrorBody>> {
  const text = await answer.text();
  return text.startsWith('{') ? (JSON.parse(text) as ErrorBody) : { error: text };
}

/** Connects over Socket.IO, and emits an event if there is a `draft` for it. */
const socketIo =
  (transport: string, draft?: () => object, event = 'new_message'): Attempt =>
  (visitor) =>
    new Promise((resolve) => {
      const socket = io(visitor.url, {
        forceNew: true,
        reconnection: false,
        transports: [transport],
        extraHeaders: visitor.headers,
      });
      const done = (outcome: Outcome): void => {
        socket.disconnect();
        resolve(outcome);
      };
      socket.on('connect_error', (error) => done((error as { data?: Outcome }).data ?? { status: 0 }));
      socket.on('connect', () => {
        if (!draft) return done({ status: 200 });
        socket.emit(event, draft(), (answer: Partial<Outcome>) => done({ status: 200, ...answer }));
      });
    });

/** Connects to `/ws`, and sends a message if there is a `draft` for it. */
const webSocket =
  (draft?: () => object): Attempt =>
  (visitor) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${visitor.url.replace('http', 'ws')}/ws`, 'json', {
        headers: visitor.headers,
      });
      const done = (outcome: Outcome): void => {
        socket.terminate();
        resolve(outcome);
      };
      socket.on('error', () => undefined);
      socket.on('unexpected-response', (_request, response) => {
        response.on('data', (data) => {
          done({ ...(JSON.parse((data as Buffer).toString()) as ErrorBody), status: response.statusCode! });
        });
      });
      socket.on('open', () => {
        if (!draft) return done({ status: 200 });
        socket.send(JSON.stringify({ type: 'new_message', ...draft() }));
      });
      socket.on('message', (data) => {
        const frame = JSON.parse((data as Buffer).toString()) as { type: string } & ErrorBody;
        if (frame.type === 'ack') done({ status: 200 });
        if (frame.type === 'error') done(frame);
      });
    });

/** Opens a text WebSocket, and sends a line. Its refusal is a line too. */
const line =
  (path: string, text: string): Attempt =>
  (visitor) =>
    new Promise((resolve) => {
      const socket = new WebSocket(visitor.url.replace('http', 'ws') + path, { headers: visitor.headers });
      const done = (outcome: Outcome): void => {
        socket.terminate();
        resolve(outcome);
      };
      socket.on('error', () => undefined);
      socket.on('unexpected-response', (_request, response) => {
        response.on('data', (data: Buffer) => {
          done({ ...(JSON.parse(data.toString()) as ErrorBody), status: response.statusCode! });
        });
      });
      socket.on('open', () => socket.send(text));
      socket.on('message', (data) => {
        const [, error] = /^ \* (.*)$/.exec((data as Buffer).toString()) ?? [];
        done(error ? { status: 403, error, code: PLAIN_TEXT } : { status: 200 });
      });
    });

const draft = (): object => ({ id: randomUUID(), message: 'hello' });
const name = (): object => ({ username: `n${randomUUID().slice(0, 8)}` });
const form = {
  'Content-Type': 'application/x-www-form-urlencoded',
  Accept: 'text/plain, application/json;q=0.1',
};

/** All attempts, by the rule that decides on them. */
export const ATTEMPTS: Record<RuleName, Record<string, Attempt>> = {
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
