import { type RunningApp, startApp } from '../../support/app';
import { TestVisitor } from '../../support/test-visitor';

let app: RunningApp;
beforeAll(async () => (app = await startApp({ CORS_ORIGINS: 'https://example.org' })));
afterAll(() => app.close());

it.each([
  ['a script', {}],
  ['a page of an allowed origin', { Origin: 'https://example.org' }],
])('an invitation that %s creates links to this server', async (_who, headers) => {
  const owner = await TestVisitor.createOwner(app);
  const { body } = await owner.request('POST', '/invitations', {}, headers);
  expect(body.url).toMatch(new RegExp(`^${app.url}/invite#`));
});
