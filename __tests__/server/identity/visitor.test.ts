import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Addresses } from '../../../server/identity/address';
import { Visitors } from '../../../server/identity/visitor';
import { openStores, type Stores } from '../../../server/stores/open';
import { scratch } from '../../support/app';

const request = (cookie?: string) =>
  ({ headers: { cookie }, socket: { remoteAddress: '127.0.0.1' } }) as IncomingMessage;

describe('a visitor', () => {
  let place: ReturnType<typeof scratch>;
  let stores: Stores;
  let visitors: Visitors;

  beforeEach(async () => {
    place = scratch();
    stores = await openStores(join(place.folder, 'parley.db'));
    visitors = await Visitors.open(stores.visitors, new Addresses(0));
  });
  afterEach(async () => {
    await stores.close();
    place.remove();
  });

  it('is new, Anonymous and of its own without a cookie', async () => {
    const [a, b] = [await visitors.identify(request()), await visitors.identify(request())];
    expect(a).toMatchObject({ username: 'Anonymous', isPersistent: false });
    expect(a.id).not.toBe(b.id);
  });

  it('comes back by its cookie, under the name it has taken, also after a restart', async () => {
    const { visitor, setCookie } = await visitors.identifyBrowser(request());
    expect(setCookie).toMatch(/^parley_[0-9a-f]{8}=.+; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax$/);
    const cookie = setCookie.split(';')[0]!;
    await visitors.rename(visitor, 'Masha');
    const restarted = await Visitors.open(stores.visitors, new Addresses(0));
    expect(await restarted.identify(request(cookie))).toEqual({
      id: visitor.id,
      username: 'Masha',
      isPersistent: true,
      address: '127.0.0.1',
    });
    expect((await restarted.identifyBrowser(request(cookie))).visitor.id).toBe(visitor.id);
  });

  it('goes by its present name, though another tab has changed it', async () => {
    const { visitor } = await visitors.identifyBrowser(request());
    await visitors.rename({ ...visitor }, 'Masha');
    expect(await visitors.profileOf(visitor)).toMatchObject({ username: 'Masha' });
  });

  it('keeps a name without a cookie for as long as the connection', async () => {
    const visitor = await visitors.identify(request());
    await visitors.rename(visitor, 'Masha');
    expect(await visitors.profileOf(visitor)).toMatchObject({ username: 'Masha' });
  });

  it('can not be made up: a cookie with a wrong signature is another visitor', async () => {
    const { visitor, setCookie } = await visitors.identifyBrowser(request());
    const forged = setCookie.split(';')[0]!.replace(visitor.id, 'somebodyelse');
    expect(await visitors.identify(request(forged))).toMatchObject({ isPersistent: false });
  });
});
