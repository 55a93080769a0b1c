import { STATUS } from '../../server/refusal';
import type { ErrorBody, ErrorCode } from '../../server/wire';

/** Matches the body of an error: its code, the status of that code, and a sentence. */
export function errorOf(code: ErrorCode, sentence: string | RegExp = /^["A-Z].*\.$/): ErrorBody {
  const error = typeof sentence === 'string' ? sentence : (expect.stringMatching(sentence) as string);
  return { error, code, status: STATUS[code] };
}
