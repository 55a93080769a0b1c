import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import { api, ApiError } from '../connection/api.js';

/** Shows what needs passkeys, where there can be any: browsers keep them from pages that came without TLS. */
export function showPasskeys(): void {
  if (!isSecureContext || !browserSupportsWebAuthn()) return;
  for (const element of document.querySelectorAll<HTMLElement>('.passkey')) element.hidden = false;
}

/** Makes a passkey, and keeps one's name with it. @throws {ApiError} */
export async function createPasskey(): Promise<void> {
  const optionsJSON = await api<PublicKeyCredentialCreationOptionsJSON>(
    '/account/passkeys/options',
    'POST',
    {},
  );
  await api('/account/passkeys', 'POST', await startRegistration({ optionsJSON }).catch(refuse));
}

/** Signs in with a passkey that the browser has for this server. @throws {ApiError} */
export async function signInWithPasskey(): Promise<void> {
  const optionsJSON = await api<PublicKeyCredentialRequestOptionsJSON>('/sessions/options', 'POST', {});
  await api('/sessions', 'POST', await startAuthentication({ optionsJSON }).catch(refuse));
}

function refuse(error: Error): never {
  // The authenticator has one already, and it was told not to make another (W3C Web Authentication, section 6.3.2).
  if (error.name === 'InvalidStateError')
    throw new ApiError('This device already has a passkey for this account.', 0);
  throw new ApiError('No passkey was used. Try again, or use a password.', 0);
}
