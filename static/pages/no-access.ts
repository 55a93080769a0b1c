import { showPasskeys } from '../panels/passkey.js';
import { enableSignInForm } from '../panels/sign-in.js';

enableSignInForm();
showPasskeys();
