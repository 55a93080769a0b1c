import type { Stores } from '../../../server/stores/open';
import { type RunningApp, startApp } from '../../support/app';
import { TestVisitor } from '../../support/test-visitor';

let app: RunningApp;
let stores: Stores;
let owner: TestVisitor;
let guest: TestVisitor;
beforeEach(async () => {
  app = await startApp({}, { wrap: (opened) => (stores = opened) });
  [owner, guest] = [await TestVisitor.createOwner(app), await TestVisitor.createGuest(app.url)];
});
afterEach(async () => {
  jest.restoreAllMocks();
  await app.close();
});

const setSlowMode = (seconds: number) => owner.request('PUT', '/r/lobby/rules', { slow: seconds });
/** Expects that a message is refused, and that the wait is as long as this, but for the time that has passed since. */
async function expectWait(message: string, seconds: number): Promise<void> {
  const { body } = await send(message);
  expect(body).toMatchObject({ code: 'slow_mode', status: 429 });
  expect(body.retryAfter).toBeLessThanOrEqual(seconds);
  expect(body.retryAfter).toBeGreaterThan(seconds - 200);
}
const send = (message: string) => guest.request('POST', '/messages', { message });

describe('slow mode', () => {
  it('takes effect at once when it is lowered', async () => {
    await setSlowMode(3600);
    expect((await send('one')).status).toBe(201);
    await expectWait('two', 3600);
    await setSlowMode(1);
    for (let answer = await send('two'); answer.status !== 201; answer = await send('two'))
      expect(answer.body).toMatchObject({ code: 'slow_mode', status: 429, retryAfter: 1 });
    // Raised again, it counts from the same message.
    await setSlowMode(600);
    await expectWait('three', 600);
    await setSlowMode(0);
    expect((await send('three')).status).toBe(201);
  });

  it('does not count a message that could not be stored', async () => {
    await setSlowMode(3600);
    jest.spyOn(console, 'error').mockImplementation();
    jest.spyOn(stores.log, 'append').mockRejectedValueOnce(new Error('The disk is full.'));
    expect((await send('one')).status).toBe(503);
    expect((await send('one')).status).toBe(201);
    expect((await send('two')).status).toBe(429);
  });

  it('allows one of several messages that are sent in parallel', async () => {
    await setSlowMode(3600);
    const answers = await Promise.all(['one', 'two', 'three'].map(send));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 429, 429]);
  });
});
