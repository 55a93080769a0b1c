import { isDeepStrictEqual } from 'node:util';

/** How long to wait for a change, in ms: a little less than a test may take, so that a failure names what did not come. */
export const WAIT_TIMEOUT = 150_000;

/** Polls a value until it equals the expected one. Fails with the last value. @param timeout in ms. */
export async function waitUntilEqual<T>(
  read: () => Promise<T>,
  expected: T,
  timeout = WAIT_TIMEOUT,
): Promise<void> {
  const end = Date.now() + timeout;
  let value = await read();
  while (!isDeepStrictEqual(value, expected) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    value = await read();
  }
  expect(value).toEqual(expected);
}
