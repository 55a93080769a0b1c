import type { ErrorBody } from '../../../server/wire';
import { ApiError, isErrorBody, refusalOf } from '../../../static/connection/api';

const from = (status: number, code?: string) =>
  ({ error: 'No.', status, ...(code && { code }) }) as ErrorBody;

describe('an error of another version of the server', () => {
  it.each([
    ['unavailable', 503, false],
    ['maintenance', 503, false],
    ['quota_used', 429, false],
    ['id_taken', 409, true],
    ['archived', 403, true],
    [undefined, 409, true],
    [undefined, 429, false],
  ])('is final by its status, whatever its code: %s, %d', (code, status, isFinal) => {
    expect(isErrorBody(from(status, code))).toBe(true);
    expect(ApiError.from(from(status, code)).isFinal).toBe(isFinal);
  });

  it('refuses reading with 401, 403 and 429', () => {
    for (const status of [401, 403, 429]) expect(refusalOf(from(status))).toBeDefined();
    for (const status of [404, 410, 503]) expect(refusalOf(from(status))).toBeUndefined();
  });
});
