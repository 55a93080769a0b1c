import type { ChangeUsername } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { stayAboveKeyboard } from '../browser/keyboard.js';
import { reloadOnAccountChange } from '../browser/other-tabs.js';
import { onVisible } from '../browser/visibility.js';
import { Composer } from '../composing/composer.js';
import { DraftStore } from '../composing/draft-store.js';
import { handleFailedMessages } from '../composing/failed-messages.js';
import { Outbox } from '../composing/outbox.js';
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
import { entryTypes, isMessage } from '../timeline/renderers.js';
import { RoomLog } from '../timeline/room-log.js';
import { readRoomData } from './room-data.js';

/** After this long in the background, a connection may be dead without notice, in milliseconds. */
const SUSPICIOUS_ABSENCE = 30_000;

const data = readRoomData();
const { room, me } = data;
/** With a mouse there most likely is a keyboard, so that focusing the message box opens none on the screen. */
const { matches: hasMouse } = matchMedia('(hover: hover)');

const people = new People(me);
const contacts = new AddressBook();
const notice = new Notice();
const typing = new TypingLine(find(document, '#typing'), me);
const nameField = new NameField(me, rename);
const statusLine = new StatusLine(find(document, '#status'), () => connection.retryNow());
const details = new ConnectionDetails(find(document, '#status'), chosenTransport(), (transport) =>
  connection.select(transport),
);

const log = new RoomLog(data, {
  onEntry: (entry) => {
    void outbox.remove(entry.id);
    if (isMessage(entry)) typing.remove(entry.visitor);
  },
  onRead: (cursor) => details.setCursor(cursor),
  onJump: (byKeyboard) => {
    if (byKeyboard || hasMouse) composer.focus();
  },
});

const connection = new RoomConnection(
  room,
  entryTypes,
  {
    onEvent,
    cursor: () => log.feed.cursor,
    onHead: (cursor) => log.feed.noteHead(cursor),
    checkForMore: () => log.feed.checkForMore(),
  },
  onConnectionChange,
);

const outbox = new Outbox(
  new DraftStore(room),
  me,
  (draft) => connection.send(draft),
  ({ refused, ...draft }) => {
    log.window.change(() => {
      log.timeline.show({ ...draft, ...me });
      if (refused) log.timeline.showFailure(draft.id, refused);
    });
  },
  // Shown at once in its place; only the feed moves the cursor.
  (entry) => {
    log.window.showStored(entry);
    // There is no event for the end of a mute; an accepted message shows it.
    state.update({ muted: false });
  },
  (waiting, heldUntil) => {
    details.setWaiting(waiting);
    state.update({ waiting, heldUntil });
  },
);

const composer = new Composer(
  find(document, '#composer'),
  room,
  (message) => {
    outbox.add(message);
    void log.window.jumpToEnd();
  },
  () => connection.typing(),
);

const state = new StateStore({ ...data.rules, muted: data.muted, moderates: data.moderates }, (view) => {
  statusLine.show(view);
  details.setTransport(view.transport);
  notice.show(view);
  composer.setLocked(!view.canWrite);
  log.timeline.setSendingText(view.sending);
});

let { slow } = data.rules;
const rules = new RoomRulesForm(room, (changed) => {
  state.update(changed);
  if (changed.slow < slow) outbox.endHold();
  ({ slow } = changed);
});

handleFailedMessages(
  find(document, '#messages'),
  outbox,
  (id) => log.window.change(() => log.timeline.remove(id)),
  () => composer.focus(),
);
new MessageActions(find(document, '#messages'), room, (id) =>
  log.window.change(() => log.timeline.erase(id)),
);

function onEvent(event: ServerEvent): void {
  if (isEntry(event)) return log.feed.receive(event);
  switch (event.type) {
    case 'reset':
      return log.feed.reset(event);
    case 'presence':
      return people.show(event);
    case 'typing':
      return typing.add(event);
    case 'change_username':
      return rename(event);
    case 'change_room':
      return rules.show(event);
    case 'new_contact':
    case 'remove_contact':
      return contacts.applyChange(event);
  }
}

function rename(change: ChangeUsername): void {
  people.rename(change);
  if (change.visitor !== me.visitor) return;
  me.username = change.username;
  nameField.show();
}

let live: ConnectionState['live'];
function onConnectionChange(connectionState: ConnectionState): void {
  state.update(connectionState);
  if (connectionState.live && connectionState.live !== live) {
    outbox.onReconnect();
    log.window.retry();
    void contacts.load();
    void rules.load();
  }
  ({ live } = connectionState);
}

onVisible((hiddenFor) => {
  if (hiddenFor > SUSPICIOUS_ABSENCE) void log.feed.catchUp();
  connection.retryNow();
});

reloadOnAccountChange();
panelInDrawer();
stayAboveKeyboard();
details.setCursor(data.cursor);
void outbox.restore();
connection.start(chosenTransport());
if (hasMouse) composer.focus();
