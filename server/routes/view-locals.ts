import { FOREVER } from '../access/expiry';
import { isAtLeast, ROLES } from '../access/role';
import { MESSAGE_MAX } from '../entry-kinds';
import { ANONYMOUS, NAME_MAX, tagOf } from '../identity/name';

/** What every view can use. The page's scripts get the constants from views/chat.ejs, as data. */
export const VIEW_LOCALS = { ANONYMOUS, FOREVER, MESSAGE_MAX, NAME_MAX, ROLES, isAtLeast, tagOf };
