import { Agent, request, type IncomingMessage } from 'node:http';
import type { NewMessage } from '../../../server/wire';
import { ANSWER_TIMEOUT_MS, type ErrorAnswer, type OpenWriter } from './transport';

/** A response with a parsed JSON body. */
export interface JsonResponse<T> {
  status: number;
  body: T;
}

interface RequestOptions {
  method?: string;
  body?: object;
  agent?: Agent | false;
  headers?: Record<string, string>;
  /** How long the connection may be idle, in ms. */
  timeoutMs?: number;
}

/**
 * Sends a request and parses the response as JSON.
 * @throws {Error} if there is no response, or an incomplete one.
 */
export async function requestJson<T>(url: string, options: RequestOptions = {}): Promise<JsonResponse<T>> {
  const response = await openResponse(url, options);
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode!, body: JSON.parse(text) as T };
}

/** Sends a request, and resolves with the response as soon as its head has arrived. */
export function openResponse(
  url: string,
  { method = 'GET', body, agent = false, headers = {}, timeoutMs = ANSWER_TIMEOUT_MS }: RequestOptions = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = body && JSON.stringify(body);
    const clientRequest = request(url, {
      method,
      // `false` creates an agent for this request alone.
      agent,
      headers: {
        ...headers,
        ...(text ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) } : {}),
      },
    });
    clientRequest.setTimeout(timeoutMs, () =>
      clientRequest.destroy(new Error(`Nothing arrived within ${timeoutMs} ms.`)),
    );
    clientRequest.on('response', resolve).on('error', reject).end(text);
  });
}

/** Writes with `POST /messages`; the id is alternately in the body and in the header. */
export const writeHttp: OpenWriter = async (url) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  let isIdInHeader = false;
  return {
    send: async (draft) => {
      isIdInHeader = !isIdInHeader;
      const { id, ...rest } = draft;
      const { status, body } = await requestJson<NewMessage | ErrorAnswer>(`${url}/messages`, {
        method: 'POST',
        agent,
        ...(isIdInHeader ? { headers: { 'Idempotency-Key': id }, body: rest } : { body: draft }),
      });
      if (status < 300 === 'error' in body) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body;
    },
    close: () => agent.destroy(),
  };
};
