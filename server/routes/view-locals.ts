import { FOREVER } from '../access/expiry';
import { isAtLeast, ROLES } from '../access/role';
import { MESSAGE_MAX } from '../entry-kinds';
import { ANONYMOUS, initialOf, tagOf, toneOf } from '../identity/appearance';
import { NAME_MAX } from '../identity/name';

/** The variables of every view. Scripts of the page get the constants from views/chat.ejs, as data. */
export const VIEW_LOCALS = {
  ANONYMOUS,
  FOREVER,
  MESSAGE_MAX,
  NAME_MAX,
  ROLES,
  initialOf,
  isAtLeast,
  tagOf,
  toneOf,
};
