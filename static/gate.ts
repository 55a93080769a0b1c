import { showPasskeys } from './passkey.js';
import { signInForm } from './sign-in.js';

signInForm();
showPasskeys();
