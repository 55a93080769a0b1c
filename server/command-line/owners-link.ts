import { createOwnersLink, describeOwnersLink } from '../accounts/invitations';
import { addressOf } from '../config/address';
import type { Config } from '../config/config';
import { openInvitations } from '../stores/open-beside';
import { print, type Terminal } from './terminal';

/** Creates a link that makes somebody the owner, and expires the one before, if it was not used. */
export async function ownersLink(terminal: Terminal, config: Config): Promise<void> {
  const { invitations, close } = await openInvitations(config.database);
  try {
    const secret = await createOwnersLink(invitations, true);
    print(terminal, describeOwnersLink(addressOf(config, config.port), secret!));
  } finally {
    await close();
  }
}
