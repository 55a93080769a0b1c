import { Agent, type IncomingMessage } from 'node:http';
import { kindOf } from '../../../server/entry-kinds';
import type { NewMessage, Reset } from '../../../server/wire';
import { openResponse } from './http';
import { SILENCE_MS, type CloseReason, type OpenReader } from './transport';

/** Reads `/sse` as an EventSource does: the URL always has the start, and Last-Event-ID the cursor to resume from. */
export const readSse: OpenReader = (url, room, after, handlers) => {
  const agent = new Agent({ keepAlive: false });
  let isClosed = false;
  const read = async (): Promise<CloseReason> => {
    const query = new URLSearchParams({ room, after: 'earliest' });
    const headers: Record<string, string> = after === 'earliest' ? {} : { 'Last-Event-ID': after };
    const response = await openResponse(`${url}/sse?${query}`, { agent, headers, timeoutMs: SILENCE_MS });
    if (response.statusCode !== 200) {
      response.resume();
      return { status: response.statusCode! };
    }
    for await (const [type, data] of parseEvents(response)) {
      if (isClosed) break;
      if (kindOf(type)) handlers.onMessage(JSON.parse(data) as NewMessage);
      else if (type === 'reset') handlers.onReset(JSON.parse(data) as Reset);
    }
    return { error: 'The stream ended.' };
  };
  return {
    closed: read().catch((error: Error) => ({ error: error.message })),
    close: () => {
      isClosed = true;
      agent.destroy();
    },
  };
};

/** Parses events with one line of data each, which is all that Parley sends; faster than a complete parser. */
async function* parseEvents(response: IncomingMessage): AsyncGenerator<[type: string, data: string]> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += chunk;
    let from = 0;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n', from)) {
      const data = text.indexOf('\ndata: ', from);
      if (text.startsWith('event: ', from) && data >= 0 && data < end) {
        yield [text.slice(from + 7, text.indexOf('\n', from)), text.slice(data + 7, end)];
      }
      from = end + 2;
    }
    text = text.slice(from);
  }
}
