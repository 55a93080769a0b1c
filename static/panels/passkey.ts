import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import { api, ApiError } from '../connection/api.js';
import { words } from 'shared/words';

/** Shows the elements for passkeys where the browser supports them, which needs a secure context. */
export function showPasskeys(): void {
  if (!isSecureContext || !browserSupportsWebAuthn()) return;
  for (const element of document.querySelectorAll<HTMLElement>('.passkey')) element.hidden = false;
}

/** Creates a passkey for the account, and the account if there is none. @throws {ApiError} */
export async function createPasskey(): Promise<void> {
  const optionsJSON = await api<PublicKeyCredentialCreationOptionsJSON>(
    '/account/passkeys/options',
    'POST',
    {},
  );
  await api('/account/passkeys', 'POST', await startRegistration({ optionsJSON }).catch(refuse));
}

/** Signs in with a passkey for this server. @throws {ApiError} */
export async function signInWithPasskey(): Promise<void> {
  const optionsJSON = await api<PublicKeyCredentialRequestOptionsJSON>('/sessions/options', 'POST', {});
  await api('/sessions', 'POST', await startAuthentication({ optionsJSON }).catch(refuse));
}

function refuse(error: Error): never {
  // The authenticator already has one of those to exclude (W3C Web Authentication, section 6.3.2).
  if (error.name === 'InvalidStateError') throw new ApiError(words.passkeyExists, 0);
  throw new ApiError(words.passkeyUnused, 0);
}
