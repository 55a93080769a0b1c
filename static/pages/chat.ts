import type { ChangeUsername, Entry, MessagePage, Person } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { stayAboveKeyboard } from '../browser/keyboard.js';
import { reloadOnAccountChange } from '../browser/other-tabs.js';
import { onVisible } from '../browser/visibility.js';
import { Composer } from '../composing/composer.js';
import { DraftStore } from '../composing/draft-store.js';
import { handleFailedMessages } from '../composing/failed-messages.js';
import { Outbox } from '../composing/outbox.js';
import { api } from '../connection/api.js';
import { Coalescer } from '../connection/coalescer.js';
import { isEntry, type ServerEvent } from '../connection/events.js';
import { RoomConnection, type ConnectionState } from '../connection/room-connection.js';
import { chosenTransport } from '../connection/transports.js';
import { ConnectionDetails } from '../panels/connection-details.js';
import { AddressBook } from '../panels/contacts.js';
import { panelInDrawer } from '../panels/drawer.js';
import { MessageActions } from '../panels/message-actions.js';
import { NameField } from '../panels/name-field.js';
import { Notice } from '../panels/notice.js';
import { People } from '../panels/people.js';
import { RoomRulesForm } from '../panels/room-rules.js';
import { StateStore } from '../panels/state-store.js';
import { StatusLine } from '../panels/status-line.js';
import { TypingLine } from '../panels/typing-line.js';
import { Feed, seqOf } from '../timeline/feed.js';
import { Folding } from '../timeline/folding.js';
import { LogWindow } from '../timeline/log-window.js';
import { persistReadingPosition } from '../timeline/reading-position.js';
import { entryTypes, isMessage } from '../timeline/renderers.js';
import { ScrollPosition } from '../timeline/scroll-position.js';
import { Timeline } from '../timeline/timeline.js';
import { Unread } from '../timeline/unread.js';

const page = find(document, 'main').dataset as Record<
  | 'room'
  | 'cursor'
  | 'oldest'
  | 'earliest'
  | 'visitor'
  | 'username'
  | 'moderates'
  | 'locked'
  | 'slow'
  | 'muted',
  string
>;
const { room } = page;
const me: Person = { visitor: page.visitor, username: page.username };

const log = find(document, '#log');
const list = find(document, '#messages');
/** Whether the reader has a mouse, and so most likely a keyboard: then the focus costs no room on the screen. */
const { matches: hasMouse } = matchMedia('(hover: hover)');
const reader = new ScrollPosition(log, find(document, '#pill'), (byKey) => {
  void view.toEnd();
  if (byKey || hasMouse) composer.focus();
});
const timeline = new Timeline(list, me, new Folding(list, room, reader));
const unread = new Unread();
const typing = new TypingLine(find(document, '#typing'), me);
const contacts = new AddressBook();
const notice = new Notice();
const people = new People(me);
const name = new NameField(me, renamed);

const read = (query: Record<string, string>) =>
  api<MessagePage>(`/messages?${new URLSearchParams({ room, ...query })}`);
const view = new LogWindow(
  log,
  room,
  { ...page, oldest: page.oldest || undefined },
  timeline,
  reader,
  read,
  received,
);
const arriving = new Coalescer<Entry>(show);
const feed = new Feed(
  page.cursor,
  (after) => read(after === undefined ? { last: '50' } : { after, limit: '200' }),
  (entries) => {
    arriving.add(entries);
    standing.setSeq(seqOf(feed.cursor));
  },
  restart,
);
const status = new StatusLine(find(document, '#status'), () => link.retryNow());
const standing = new ConnectionDetails(find(document, '#status'), chosenTransport(), (way) =>
  link.select(way),
);
const link = new RoomConnection(
  room,
  entryTypes,
  {
    onEvent: hear,
    cursor: () => feed.cursor,
    onHead: (cursor) => feed.noteHead(cursor),
    checkForMore: () => feed.checkForMore(),
  },
  connected,
);
const outbox = new Outbox(
  new DraftStore(room),
  (draft) => link.send(draft),
  ({ refused, ...draft }) => {
    view.change(() => {
      timeline.show({ ...me, ...draft });
      if (refused) timeline.showFailure(draft.id, refused);
    });
  },
  // The acknowledgement shows the message in its place, but only the feed moves the cursor.
  (entry) => {
    view.stored(entry);
    // Nobody tells the page that its person may write again, but this does.
    state.update({ muted: false });
  },
  (waiting, heldUntil) => {
    standing.setWaiting(waiting);
    state.update({ waiting, heldUntil });
  },
);
const composer = new Composer(
  find(document, '#composer'),
  room,
  (message) => {
    outbox.add(message);
    void view.toEnd();
  },
  () => link.typing(),
);
const state = new StateStore(
  {
    locked: page.locked === 'true',
    slow: Number(page.slow),
    muted: page.muted === 'true',
    moderates: page.moderates === 'true',
  },
  (description) => {
    status.show(description);
    standing.setTransport(description.transport);
    notice.show(description);
    composer.setLocked(!description.canWrite);
    timeline.setSendingText(description.sending);
  },
);
let { slow } = page;
const rules = new RoomRulesForm(room, (rules) => {
  state.update(rules);
  if (rules.slow < Number(slow)) outbox.endHold();
  slow = String(rules.slow);
});
handleFailedMessages(
  list,
  outbox,
  (id) => view.change(() => timeline.remove(id)),
  () => composer.focus(),
);
new MessageActions(list, room, (id) => view.change(() => timeline.erase(id)));

function hear(event: ServerEvent): void {
  if (isEntry(event)) return feed.receive(event);
  switch (event.type) {
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
      return contacts.applyChange(event);
  }
}

function show(entries: Entry[]): void {
  const others = entries.filter((entry) => isMessage(entry) && entry.visitor !== me.visitor).length;
  view.add(entries);
  reader.countMissed(others);
  unread.add(others);
}

function restart(newest: MessagePage): void {
  standing.setSeq(seqOf(feed.cursor));
  arriving.clear();
  view.reset(newest);
}

function received(entry: Entry): void {
  void outbox.remove(entry.id);
  if (isMessage(entry)) typing.remove(entry.visitor);
}

function renamed(change: ChangeUsername): void {
  people.rename(change);
  if (change.visitor !== me.visitor) return;
  me.username = change.username;
  name.show();
}

let live: ConnectionState['live'];
function connected(connection: ConnectionState): void {
  state.update(connection);
  if (connection.live && connection.live !== live) {
    outbox.onReconnect();
    view.retry();
    void contacts.load();
    void rules.load();
  }
  live = connection.live;
}

onVisible((away) => {
  // A machine that slept may hold a connection that is dead and not known to be.
  if (away > 30_000) void feed.catchUp();
  link.retryNow();
});

persistReadingPosition(room, view, reader);
reloadOnAccountChange();
panelInDrawer();
stayAboveKeyboard();
standing.setSeq(seqOf(feed.cursor));
void outbox.restore();
link.start(chosenTransport());
if (hasMouse) composer.focus();
