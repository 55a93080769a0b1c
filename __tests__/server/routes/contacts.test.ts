import { CONTACTS_MAX, Contacts } from '../../../server/chat/contacts';
import type { WriteAccess } from '../../../server/chat/write-access';
import type { Visitor } from '../../../server/identity/visitor';
import type { Contact } from '../../../server/wire';
import { type RunningApp, startApp } from '../../support/app';
import { createPlace } from '../../support/places';
import { errorOf } from '../../support/error';
import { postJson } from '../../support/http';
import { connect } from '../../support/socket';

const VISITOR: Visitor = { id: 'v', username: 'Masha', isPersistent: true, address: '192.0.2.1' };
/** How many contacts are added at once where many are. */
const AT_ONCE = 100;

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

const list = async () => (await (await fetch(`${app.url}/contacts`)).json()) as Contact[];
const addContact = (name: string, phone: string) => postJson<Contact>(`${app.url}/contacts`, { name, phone });

describe('/contacts', () => {
  it('adds a contact with a normalized phone number, and lists all by name', async () => {
    const { status, headers, body } = await addContact('Masha', '8 (912) 345-67-89');
    expect(status).toBe(201);
    expect(body).toEqual({ id: expect.any(String) as string, name: 'Masha', phone: '+79123456789' });
    expect(headers.get('location')).toBe(`/contacts/${body.id}`);
    const other = await addContact('Anna', '+49 30 901820');
    expect(await list()).toEqual([other.body, body]);
  });

  it('removes a contact, and answers the same when it is gone already', async () => {
    const { body } = await addContact('Masha', '+79123456789');
    for (let times = 0; times < 2; times += 1) {
      expect((await fetch(`${app.url}/contacts/${body.id}`, { method: 'DELETE' })).status).toBe(204);
    }
    expect(await list()).toEqual([]);
  });

  it('sends changes to all connections', async () => {
    const [a, b] = [await connect(app.url), await connect(app.url, { auth: { room: 'other' } })];
    const { body } = await addContact('Masha', '+79123456789');
    await fetch(`${app.url}/contacts/${body.id}`, { method: 'DELETE' });
    for (const client of [a, b]) {
      expect(await client.next('new_contact')).toEqual({ type: 'new_contact', contact: body });
      expect(await client.next('remove_contact')).toEqual({ type: 'remove_contact', id: body.id });
      client.socket.disconnect();
    }
  });

  it('reads a national number in the configured region', async () => {
    const german = await startApp({ PHONE_REGION: 'DE' });
    const { body } = await postJson<Contact>(`${german.url}/contacts`, {
      name: 'Rathaus',
      phone: '030 901820',
    });
    expect(body.phone).toBe('+4930901820');
    await german.close();
  });

  it('refuses a contact when the address book is full, and accepts one after a removal', async () => {
    const place = await createPlace();
    const stores = await place.open();
    const writeAccess = { authorize: async () => undefined } as unknown as WriteAccess;
    const contacts = new Contacts(stores.contacts, writeAccess, 'RU');
    const draft = { name: 'Masha', phone: '+79123456789' };
    const first = await contacts.add(VISITOR, draft);
    // In turns, since a change waits only so long for those before it.
    for (let count = 1; count < CONTACTS_MAX; count += AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, CONTACTS_MAX - count) }, () => contacts.add(VISITOR, draft)),
      );
    await expect(contacts.add(VISITOR, draft)).rejects.toMatchObject({ code: 'limit_reached' });
    await contacts.remove(VISITOR, first.id);
    await expect(contacts.add(VISITOR, draft)).resolves.toMatchObject(draft);
    await stores.close();
    await place.remove();
  });

  it.each<[string, unknown]>([
    ['a phone number that is none', { name: 'Masha', phone: '12345' }],
    ['a phone number in letters', { name: 'Masha', phone: 'call me' }],
    ['a missing phone', { name: 'Masha' }],
    ['a blank name', { name: ' ', phone: '+79123456789' }],
    ['a name over 40 characters', { name: 'x'.repeat(41), phone: '+79123456789' }],
    ['an unknown field', { name: 'Masha', phone: '+79123456789', mail: 'm@example.org' }],
    ['bad JSON', '{'],
    ['no object', '[]'],
  ])('refuses %s with a sentence', async (_what, body) => {
    const answer = await postJson(`${app.url}/contacts`, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(errorOf('bad_request', /^["A-Z].* .*\.?/));
    expect(await list()).toEqual([]);
  });
});
