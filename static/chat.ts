import type { ChangeUsername, Cursor, Entry, MessagePage, Person, Role } from '../server/wire.js';
import { Actions } from './actions.js';
import { api } from './api.js';
import { Batches } from './batches.js';
import { Composer } from './composer.js';
import { AddressBook } from './contacts.js';
import { find } from './dom.js';
import { panelInDrawer } from './drawer.js';
import type { ServerEvent } from './events.js';
import { Feed, seqOf } from './feed.js';
import { stayAboveKeyboard } from './keyboard.js';
import { Kept } from './kept.js';
import { Link, type LinkState } from './link.js';
import { NameField } from './name.js';
import { Older } from './older.js';
import { Outbox } from './outbox.js';
import { People } from './people.js';
import { Reader } from './reader.js';
import { decideOnRefused } from './refused.js';
import { onReturn } from './returning.js';
import { Rules } from './rules.js';
import { Standing } from './standing.js';
import { StatusLine } from './status.js';
import { followTabs } from './tabs.js';
import { Timeline } from './timeline.js';
import { TypingLine } from './typing.js';
import { Unread } from './unread.js';
import { Waiting } from './waiting.js';
import { chosenWay } from './ways.js';

/** How many messages stay on a page that is open all day; older ones come back by scrolling. */
const SHOWN = 400;

const page = find(document, 'main').dataset as Record<
  'room' | 'cursor' | 'oldest' | 'earliest' | 'visitor' | 'username' | 'role',
  string
>;
const { room } = page;
const me: Person = { visitor: page.visitor, username: page.username };

const log = find(document, '#log');
const reader = new Reader(log, find(document, '#pill'));
const timeline = new Timeline(find(document, '#messages'), me);
const unread = new Unread();
const typing = new TypingLine(find(document, '#typing'), me);
const contacts = new AddressBook();
const later = new Waiting();
const people = new People(me);
const name = new NameField(me, renamed);

const read = (query: Record<string, string>) =>
  api<MessagePage>(`/messages?${new URLSearchParams({ room, ...query })}`);
const older = new Older(
  log,
  room,
  page.earliest,
  page.oldest || undefined,
  (before) => read({ before, limit: '50' }),
  ({ messages }) => reader.keep(() => messages.forEach(put)),
);
const arriving = new Batches<Entry>(show);
const feed = new Feed(
  page.cursor,
  (after) => read(after === undefined ? { last: '50' } : { after, limit: '200' }),
  (entries) => {
    arriving.add(entries);
    standing.complete(seqOf(feed.cursor));
  },
  restart,
);
const status = new StatusLine(find(document, '#status'), () => link.now());
const standing = new Standing(find(document, '#status'), chosenWay(), (way) => link.use(way));
const link = new Link(
  room,
  {
    hear,
    cursor: () => feed.cursor,
    reached: (cursor) => feed.reached(cursor),
    missed: () => feed.check(),
  },
  connection,
);
const outbox = new Outbox(
  new Kept(room),
  (draft) => link.send(draft),
  ({ refused, ...draft }) => {
    reader.keep(() => {
      timeline.put({ ...me, ...draft });
      if (refused) timeline.fail(draft.id, refused);
    });
  },
  // The acknowledgement shows the message in its place, but only the feed moves the cursor.
  (entry) => reader.keep(() => put(entry)),
  (waiting, heldUntil) => {
    status.wait(waiting);
    standing.wait(waiting);
    later.show(heldUntil);
    timeline.hold(heldUntil !== undefined);
  },
);
const composer = new Composer(
  find(document, '#composer'),
  room,
  (message) => {
    outbox.say(message);
    reader.toEnd();
  },
  () => link.typing(),
);
const rules = new Rules(room, page.role as Role, (locked) => composer.lock(locked));
decideOnRefused(find(document, '#messages'), outbox, timeline, () => composer.focus());
new Actions(find(document, '#messages'), room, (id) => timeline.erase(id));

function hear(event: ServerEvent): void {
  switch (event.type) {
    case 'new_message':
    case 'deleted_message':
    case 'delete_message':
      return feed.hear(event);
    case 'reset':
      return feed.reset(event);
    case 'presence':
      return people.show(event);
    case 'typing':
      return typing.add(event);
    case 'change_username':
      return renamed(event);
    case 'change_room':
      return rules.show(event);
    case 'new_contact':
    case 'remove_contact':
      return contacts.change(event);
  }
}

function show(entries: Entry[]): void {
  const others = entries.filter(
    ({ type, visitor }) => type === 'new_message' && visitor !== me.visitor,
  ).length;
  reader.keep(() => {
    entries.forEach(put);
    if (reader.atEnd && timeline.size > SHOWN) {
      timeline.trim(SHOWN / 2);
      older.reset(timeline.oldest?.dataset.cursor);
    }
  });
  reader.miss(others);
  unread.add(others);
}

function restart({ messages, earliest }: { messages: Entry[]; earliest: Cursor }): void {
  standing.complete(seqOf(feed.cursor));
  arriving.drop();
  timeline.trim(0);
  messages.forEach(put);
  older.reset(messages[0]?.cursor, earliest);
  reader.toEnd();
}

function put(entry: Entry): void {
  if (entry.type === 'delete_message') timeline.erase(entry.target);
  // The types that this page doesn't know have their place in the feed, and none here.
  if (entry.type !== 'new_message' && entry.type !== 'deleted_message') return;
  void outbox.drop(entry.id);
  if (entry.type === 'deleted_message') timeline.erase(entry.id);
  else typing.remove(entry.visitor);
  timeline.put({ message: '', ...entry });
}

function renamed(change: ChangeUsername): void {
  people.rename(change);
  if (change.visitor !== me.visitor) return;
  me.username = change.username;
  name.show();
}

let live: LinkState['live'];
function connection(state: LinkState): void {
  status.show(state);
  standing.over(state.live);
  if (state.live && state.live !== live) {
    outbox.wake();
    void contacts.load();
    void rules.load();
  }
  live = state.live;
}

onReturn((away) => {
  // A machine that slept may hold a connection that is dead and not known to be.
  if (away > 30_000) void feed.catchUp();
  link.now();
});

followTabs();
panelInDrawer();
stayAboveKeyboard();
standing.complete(seqOf(feed.cursor));
void outbox.restore();
link.start(chosenWay());
if (matchMedia('(hover: hover)').matches) composer.focus();
