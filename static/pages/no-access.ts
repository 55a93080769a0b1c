import { showPasskeys } from '../panels/passkey.js';
import { signInForm } from '../panels/sign-in.js';

signInForm();
showPasskeys();
