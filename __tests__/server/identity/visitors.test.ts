import type { IncomingMessage } from 'node:http';
import { Addresses } from '../../../server/identity/address';
import { Visitors } from '../../../server/identity/visitors';
import type { Stores } from '../../../server/stores/open';
import { createPlace, type Place } from '../../support/places';

const request = (cookie?: string) =>
  ({ headers: { cookie }, socket: { remoteAddress: '127.0.0.1' } }) as IncomingMessage;

describe('a visitor', () => {
  let place: Place;
  let stores: Stores;
  let visitors: Visitors;

  beforeEach(async () => {
    place = await createPlace();
    stores = await place.open();
    visitors = new Visitors(stores.visitors, new Addresses(0), await stores.visitors.signingKey('fresh'));
  });
  afterEach(async () => {
    await stores.close();
    await place.remove();
  });

  it('is new and Anonymous without a cookie', async () => {
    const [a, b] = [await visitors.identify(request()), await visitors.identify(request())];
    expect(a).toMatchObject({ username: 'Anonymous', isPersistent: false });
    expect(a.id).not.toBe(b.id);
  });

  it('is identified by its cookie, with its name, also after a restart', async () => {
    const { visitor, setCookie } = await visitors.identifyBrowser(request());
    expect(setCookie).toMatch(/^parley_[0-9a-f]{8}=.+; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax$/);
    const cookie = setCookie.split(';')[0]!;
    await visitors.rename(visitor, 'Masha');
    const restarted = new Visitors(
      stores.visitors,
      new Addresses(0),
      await stores.visitors.signingKey('fresh'),
    );
    expect(await restarted.identify(request(cookie))).toEqual({
      id: visitor.id,
      username: 'Masha',
      isPersistent: true,
      address: '127.0.0.1',
    });
    expect((await restarted.identifyBrowser(request(cookie))).visitor.id).toBe(visitor.id);
  });

  it('has its current name when another tab has changed it', async () => {
    const { visitor } = await visitors.identifyBrowser(request());
    await visitors.rename({ ...visitor }, 'Masha');
    expect(await visitors.profileOf(visitor)).toMatchObject({ username: 'Masha' });
  });

  it('keeps its name for the connection without a cookie', async () => {
    const visitor = await visitors.identify(request());
    await visitors.rename(visitor, 'Masha');
    expect(await visitors.profileOf(visitor)).toMatchObject({ username: 'Masha' });
  });

  it('can’t be forged: a cookie with a wrong signature identifies nobody', async () => {
    const { visitor, setCookie } = await visitors.identifyBrowser(request());
    const forged = setCookie.split(';')[0]!.replace(visitor.id, 'somebodyelse');
    expect(await visitors.identify(request(forged))).toMatchObject({ isPersistent: false });
  });
});
