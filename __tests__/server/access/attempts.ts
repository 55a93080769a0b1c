import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import type { ErrorBody } from '../../../server/wire';
import type { TestVisitor } from '../../support/test-visitor';
import type { RuleName } from './table';

/** What came of an attempt: 200 where there is no HTTP status and it was done. */
export interface Outcome {
  status: number;
  error?: string | undefined;
  /** The code of the error; {@link IN_WORDS} where the answer is for people to read. */
  code?: string | undefined;
}

/** Stands for the code of an error that is a page or a line of text. */
export const IN_WORDS = 'in words';

/** What attempts are made on. */
export interface Ground {
  /** Says something as a member, and returns its id. */
  message: () => Promise<string>;
  /** The id of a message that somebody has said. */
  own: (who: TestVisitor) => Promise<string>;
  /** A guest whom something is done to. */
  somebody: string;
  password: (who: TestVisitor) => string;
  /** An invitation link that was not used yet. */
  link: () => Promise<string>;
  /** An account that anybody may sign in to who knows the password. */
  spare: { username: string; password: string };
}

type Attempt = (who: TestVisitor, ground: Ground) => Promise<Outcome>;

/** A request whose answer tells. */
const http =
  (method: string, path: string, body?: () => unknown, headers: Record<string, string> = {}): Attempt =>
  async (who) => {
    const { status, body: answer, text } = await who.request(method, path, body?.(), headers);
    if (status < 400) return { status };
    const { error = spoken(text), code = IN_WORDS } = answer as Partial<ErrorBody>;
    return { status, error, code };
  };

/** What a page says to a person. */
function spoken(html: string): string {
  return /(?:This chat|You are) [^<]*/.exec(html)?.[0] ?? html;
}

/** A stream, which is left when it has begun. */
const stream =
  (path: string, accept: string): Attempt =>
  async (who) => {
    const leave = new AbortController();
    const headers = { Accept: accept, ...who.headers };
    const answer = await fetch(who.url + path, { headers, signal: leave.signal });
    const outcome = { status: answer.status, ...(answer.ok ? {} : await refusal(answer)) };
    leave.abort();
    return outcome;
  };

async function refusal(answer: Response): Promise<Partial<ErrorBody>> {
  const text = await answer.text();
  return text.startsWith('{') ? (JSON.parse(text) as ErrorBody) : { error: text };
}

/** Connects over Socket.IO, and does something if `draft` gives it. */
const socketIo =
  (transport: string, draft?: () => object, event = 'new_message'): Attempt =>
  (who) =>
    new Promise((resolve) => {
      const socket = io(who.url, {
        forceNew: true,
        reconnection: false,
        transports: [transport],
        extraHeaders: who.headers,
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

/** Connects to `/ws`, and says something if `draft` gives one. */
const webSocket =
  (draft?: () => object): Attempt =>
  (who) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${who.url.replace('http', 'ws')}/ws`, 'json', { headers: who.headers });
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

/** Opens a WebSocket that speaks text, and says a line, whose refusal is a line too. */
const line =
  (path: string, text: string): Attempt =>
  (who) =>
    new Promise((resolve) => {
      const socket = new WebSocket(who.url.replace('http', 'ws') + path, { headers: who.headers });
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
        done(error ? { status: 403, error, code: IN_WORDS } : { status: 200 });
      });
    });

const draft = (): object => ({ id: randomUUID(), message: 'hello' });
const name = (): object => ({ username: `n${randomUUID().slice(0, 8)}` });
const form = {
  'Content-Type': 'application/x-www-form-urlencoded',
  Accept: 'text/plain, application/json;q=0.1',
};

/** Every way to do something, by the rule that it goes by. */
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
  deleteOwn: {
    'DELETE /r/lobby/messages/:id': async (who, { own }) =>
      http('DELETE', `/r/lobby/messages/${await own(who)}`)(who, {} as Ground),
  },
  keep: {
    'PUT /account/password': async (who, { password }) =>
      http('PUT', '/account/password', () => ({ password: password(who), current: password(who) }))(
        who,
        {} as Ground,
      ),
    'POST /account/passkeys': async (who, ground) => {
      const outcome = await http('POST', '/account/passkeys', () => ({ id: 'x', response: {} }))(who, ground);
      // There is no authenticator here: whoever gets so far may.
      return outcome.error === 'That passkey could not be verified. Try again.' ? { status: 200 } : outcome;
    },
    'POST /account/passkeys/options': http('POST', '/account/passkeys/options', () => ({})),
  },
  token: { 'POST /account/tokens': http('POST', '/account/tokens', () => ({ label: 'script' })) },
  moderate: {
    'DELETE /r/lobby/messages/:id': async (who, { message }) =>
      http('DELETE', `/r/lobby/messages/${await message()}`)(who, {} as Ground),
    'PUT /people/:visitor/mute': (who, ground) =>
      http('PUT', `/people/${ground.somebody}/mute`, () => ({ minutes: 1 }))(who, ground),
    'DELETE /people/:visitor/mute': (who, ground) =>
      http('DELETE', `/people/${ground.somebody}/mute`)(who, ground),
    'PUT /people/:visitor/ban': (who, ground) =>
      http('PUT', `/people/${ground.somebody}/ban`, () => ({ minutes: 1 }))(who, ground),
    'DELETE /people/:visitor/ban': (who, ground) =>
      http('DELETE', `/people/${ground.somebody}/ban`)(who, ground),
    'PUT /r/elsewhere/rules': http('PUT', '/r/elsewhere/rules', () => ({ locked: true, slow: 5 })),
    'GET /people': http('GET', '/people'),
    'GET /moderation': http('GET', '/moderation'),
  },
  own: {
    'POST /invitations': http('POST', '/invitations', () => ({ role: 'member' })),
    'GET /invitations': http('GET', '/invitations'),
    'DELETE /invitations/:id': http('DELETE', '/invitations/none'),
    'PUT /people/:visitor/role': (who, ground) =>
      http('PUT', `/people/${ground.somebody}/role`, () => ({ role: 'guest' }))(who, ground),
    'GET /audit': http('GET', '/audit'),
  },
  join: {
    'POST /invite': async (who, ground) => {
      const { status, body } = await who.acceptInvitation(await ground.link());
      return { ...(body as Partial<ErrorBody>), status };
    },
  },
  always: {
    'GET /invite': http('GET', '/invite'),
    'POST /invite/preview': async (who, ground) => {
      const [, secret] = (await ground.link()).split('#');
      return http('POST', '/invite/preview', () => ({ secret }))(who, ground);
    },
    'POST /sessions, and DELETE': async (who, ground) => {
      const outcome = await http('POST', '/sessions', () => ground.spare)(who, ground);
      return outcome.status === 201 ? http('DELETE', '/sessions')(who, ground) : outcome;
    },
    'DELETE /account/grants/:id': http('DELETE', '/account/grants/none'),
    'DELETE /account/passkeys/:id': http('DELETE', '/account/passkeys/none'),
    'GET /account': http('GET', '/account'),
    'GET /account as a page': http('GET', '/account', undefined, { Accept: 'text/html' }),
    'POST /sessions/options': http('POST', '/sessions/options', () => ({})),
    'GET /static/styles/chat.css': http('GET', '/static/styles/chat.css'),
  },
};
