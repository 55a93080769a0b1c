import { Agent, type IncomingMessage } from 'node:http';
import { kindOf } from '../../../server/entry-kinds';
import type { NewMessage, Reset } from '../../../server/wire';
import { begin } from './http';
import type { Ending, Read } from './transport';

/** How long a stream may be silent, in ms: the server speaks every 15 s. */
const SILENCE = 45_000;

/** Reads over `/sse` as an EventSource does: where it began stays in the URL, where it is comes as Last-Event-ID. */
export const sse: Read = (url, room, after, sink) => {
  const agent = new Agent({ keepAlive: false });
  let closed = false;
  const read = async (): Promise<Ending> => {
    const query = new URLSearchParams({ room, after: 'earliest' });
    const headers: Record<string, string> = after === 'earliest' ? {} : { 'Last-Event-ID': after };
    const response = await begin(`${url}/sse?${query}`, { agent, headers, patience: SILENCE });
    if (response.statusCode !== 200) {
      response.resume();
      return { status: response.statusCode! };
    }
    for await (const [type, data] of events(response)) {
      if (closed) break;
      if (kindOf(type)) sink.message(JSON.parse(data) as NewMessage);
      else if (type === 'reset') sink.reset(JSON.parse(data) as Reset);
    }
    return { error: 'The stream ended.' };
  };
  return {
    ended: read().catch((error: Error) => ({ error: error.message })),
    close: () => {
      closed = true;
      agent.destroy();
    },
  };
};

/** The events of a stream that has no line in its data: their type and data. Quicker than a full parser. */
async function* events(response: IncomingMessage): AsyncGenerator<[type: string, data: string]> {
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
