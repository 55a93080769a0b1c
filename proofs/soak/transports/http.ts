import { Agent, request, type IncomingMessage } from 'node:http';
import type { NewMessage } from '../../../server/wire';
import { PATIENCE, type No, type Write } from './transport';

/** An answer of JSON. */
export interface Answer<T> {
  status: number;
  body: T;
}

interface Ask {
  method?: string;
  body?: object;
  agent?: Agent | false;
  headers?: Record<string, string>;
  /** How long it may be silent, in ms. */
  patience?: number;
}

/**
 * Asks for JSON.
 * @throws {Error} if there is no answer, or half of one.
 */
export async function ask<T>(url: string, options: Ask = {}): Promise<Answer<T>> {
  const response = await begin(url, options);
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode!, body: JSON.parse(text) as T };
}

/** Asks, and waits for the head of the answer. */
export function begin(
  url: string,
  { method = 'GET', body, agent = false, headers = {}, patience = PATIENCE }: Ask = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = body && JSON.stringify(body);
    const asking = request(url, {
      method,
      agent,
      headers: {
        ...headers,
        ...(text ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) } : {}),
      },
    });
    // An `agent` of false is one for this request alone; its connection may be idle for as long as this.
    asking.setTimeout(patience, () => asking.destroy(new Error(`Nothing came within ${patience} ms.`)));
    asking.on('response', resolve).on('error', reject).end(text);
  });
}

/** Writes with `POST /messages`, the id sometimes in the body and sometimes in the header. */
export const writeHttp: Write = async (url) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  let inHeader = false;
  return {
    send: async (draft) => {
      inHeader = !inHeader;
      const { id, ...rest } = draft;
      const ways = inHeader ? { headers: { 'Idempotency-Key': id }, body: rest } : { body: draft };
      const { status, body } = await ask<NewMessage | No>(`${url}/messages`, {
        method: 'POST',
        agent,
        ...ways,
      });
      if (status < 300 === 'error' in body) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body;
    },
    close: () => agent.destroy(),
  };
};
