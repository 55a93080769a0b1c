import { Router } from 'express';
import type { Contacts } from '../chat/contacts';
import { jsonBody } from '../http/body';
import { visitorOf } from '../transports/authorization';
import { checkContact } from '../validation/messages';

/** The address book over REST. */
export function contactRoutes(contacts: Contacts): Router {
  const router = Router();
  router.get('/contacts', async (_request, response) => {
    response.set('Cache-Control', 'no-store').json(await contacts.list());
  });
  router.post('/contacts', jsonBody, async (request, response) => {
    const contact = await contacts.add(visitorOf(response), checkContact(request.body));
    response.status(201).location(`/contacts/${contact.id}`).json(contact);
  });
  router.delete('/contacts/:id', async (request, response) => {
    await contacts.remove(visitorOf(response), request.params.id);
    response.status(204).end();
  });
  return router;
}
