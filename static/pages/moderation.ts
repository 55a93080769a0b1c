import { api } from '../connection/api.js';
import { runOnce, localizeTimes, onSubmit, showSecret } from '../panels/forms.js';

for (const row of document.querySelectorAll<HTMLElement>('[data-visitor]')) {
  const person = `/people/${row.dataset.visitor}`;
  for (const form of row.querySelectorAll<HTMLFormElement>('.end-sanction')) {
    onSubmit(form, async () => {
      await api(`${person}/${form.dataset.kind}`, 'DELETE');
      location.reload();
    });
  }
  const roles = row.querySelector<HTMLFormElement>('.role');
  roles?.addEventListener('change', () => {
    void runOnce(roles, async () => {
      await api(`${person}/role`, 'PUT', { role: new FormData(roles).get('role') });
      location.reload();
    });
  });
}

onSubmit(document.querySelector<HTMLFormElement>('#invitation-form'), async ({ role, uses, hours }) => {
  const draft = { role, uses: Number(uses), hours: Number(hours) };
  const { url } = await api<{ url: string }>('/invitations', 'POST', draft);
  showSecret(url);
});

for (const row of document.querySelectorAll<HTMLElement>('[data-invitation]')) {
  onSubmit(row.querySelector('form'), async () => {
    await api(`/invitations/${row.dataset.invitation}`, 'DELETE');
    location.reload();
  });
}

localizeTimes();
