import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import type { ErrorBody } from '../../../server/wire';
import type { TestVisitor } from '../../support/test-visitor';

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
  /** Returns a private room that a visitor is a member of, and a message in it by another; for nobody, one of others. */
  ownRoom: (visitor: TestVisitor) => Promise<{ room: string; message: string }>;
  /** A private room whose members make no attempts, and a message in it. */
  othersRoom: { room: string; message: string };
  /** The id of a guest to be moderated. */
  target: string;
  /** Returns the password of a visitor's account. */
  password: (visitor: TestVisitor) => string;
  /** Creates an invitation. Returns its link. */
  createInvitation: () => Promise<string>;
  /** An account to sign in to. */
  otherAccount: { username: string; password: string };
}

export type Attempt = (visitor: TestVisitor, ground: Fixture) => Promise<Outcome>;

/** Sends a request. */
export const http =
  (method: string, path: string, body?: () => unknown, headers: Record<string, string> = {}): Attempt =>
  async (visitor) => {
    const { status, body: answer, text } = await visitor.request(method, path, body?.(), headers);
    if (status < 400) return { status };
    const { error = sentenceIn(text), code = PLAIN_TEXT } = answer as Partial<ErrorBody>;
    return { status, error, code };
  };

/** Returns the sentence of an error page. */
function sentenceIn(html: string): string {
  return /(?:This chat|You are|There is no) [^<]*/.exec(html)?.[0] ?? html;
}

/** Opens a stream, and closes it once its response has begun. */
export const stream =
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
export const socketIo =
  (transport: string, draft?: () => object, event = 'new_message', auth: object = {}): Attempt =>
  (visitor) =>
    new Promise((resolve) => {
      const socket = io(visitor.url, {
        forceNew: true,
        reconnection: false,
        transports: [transport],
        extraHeaders: visitor.headers,
        auth,
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
export const webSocket =
  (draft?: () => object, query = ''): Attempt =>
  (visitor) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${visitor.url.replace('http', 'ws')}/ws${query}`, 'json', {
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
export const line =
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

export const draft = (): object => ({ id: randomUUID(), message: 'hello' });
export const name = (): object => ({ username: `n${randomUUID().slice(0, 8)}` });
export const form = {
  'Content-Type': 'application/x-www-form-urlencoded',
  Accept: 'text/plain, application/json;q=0.1',
};
