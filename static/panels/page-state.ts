import type { ErrorBody, RoomRules } from '../../server/wire.js';
import { isTemporary } from '../connection/api.js';
import { transports, type Transport } from '../connection/transports.js';
import { words } from 'shared/words';

/** How long a problem may last before the page shows it, in milliseconds. */
const GRACE_PERIOD = 700;

/** The state that determines whether a message can be written and sent. Times are in milliseconds since the epoch. */
export interface PageState extends Pick<RoomRules, 'locked' | 'slow'> {
  /** The transport that is connected now. */
  live: Transport | undefined;
  /** The transport that was connected last; `undefined` until the first connection. */
  lastLive: Transport | undefined;
  /** When the connection was lost, or the page was opened. */
  lostAt: number;
  /** Whether the browser has a network. */
  online: boolean;
  /** The next attempt to connect, if one is scheduled. */
  retryAt: number | undefined;
  /** The server's error, if it refused the last attempt. */
  refusal: ErrorBody | undefined;
  /** Whether this visitor may write in a locked room. */
  moderates: boolean;
  /** Whether a moderator has muted this visitor, as far as the page knows. */
  muted: boolean;
  /** The number of drafts that wait to be sent. */
  waiting: number;
  /** When the first of them began to wait. */
  waitingAt: number;
  /** The end of a pause that the server asked for, because of a rate limit or slow mode. */
  heldUntil: number | undefined;
}

/** The parts of the page that follow from its state. */
export interface PageView {
  connection: 'live' | 'away' | 'refused';
  /** The transport to name; `undefined` if the page shows that it is not connected. */
  transport: Transport | undefined;
  status: string;
  statusCountdown: string;
  canTryNow: boolean;
  canSignIn: boolean;
  canWrite: boolean;
  /** The rule that limits writing: of the room, or for this visitor. */
  rule: string;
  /** Why the next draft waits, with the time left. */
  hold: string;
  holdCountdown: string;
  /** The delivery status of drafts. */
  sending: string;
  /** Whether the passing of time will change any of this. */
  changesWithTime: boolean;
}

/** Derives all parts of the page from its state, in one place, so that no two contradict each other. */
export function describePage(state: PageState, now: number): PageView {
  const { live, lastLive, online, refusal, retryAt, locked, moderates, waiting, heldUntil } = state;
  const isNoticeable = (since: number): boolean => now - since >= GRACE_PERIOD;
  const transport = live ?? (refusal || isNoticeable(state.lostAt) ? undefined : lastLive);
  const connection = transport ? 'live' : refusal && online ? 'refused' : 'away';
  const mustSignIn = refusal?.code === 'sign_in_required';
  // A temporary refusal, or one that a sign-in ends, does not stop a person from writing.
  const hasNoAccess = !live && refusal !== undefined && !mustSignIn && !isTemporary(refusal);
  const canWrite = !hasNoAccess && (!locked || moderates);
  const isWaitNoticeable = waiting > 0 && isNoticeable(state.waitingAt);

  const retryIn = connection === 'away' && online && retryAt ? secondsUntil(retryAt, now) : 0;
  const retry = connection !== 'away' || !online ? '' : retryIn > 1 ? words.inSeconds(retryIn) : '…';
  const count = isWaitNoticeable && connection !== 'refused' ? `· ${words.waitingCount(waiting)}` : '';

  const isHeld =
    canWrite && connection === 'live' && waiting > 0 && heldUntil !== undefined && heldUntil > now;
  return {
    connection,
    transport,
    status: statusOf(state, connection, transport),
    statusCountdown: [retry, count].filter(Boolean).join(' '),
    canTryNow: connection === 'refused' || retryIn > 1,
    canSignIn: connection === 'refused' && mustSignIn,
    canWrite,
    rule: hasNoAccess ? '' : ruleOf(state),
    hold: isHeld ? words.holding : '',
    holdCountdown: isHeld ? words.inSeconds(secondsUntil(heldUntil, now)) : '',
    sending:
      !canWrite || isHeld
        ? words.waiting
        : connection === 'live'
          ? words.sending
          : words.waitingForConnection,
    changesWithTime: isHeld || !live || (waiting > 0 && !isWaitNoticeable),
  };
}

/** As in views/partials/notice.ejs, for the first paint. */
function ruleOf({ locked, muted, slow }: PageState): string {
  if (locked) return words.roomLocked;
  if (muted) return words.muted;
  return slow ? words.slowMode(slow) : '';
}

function statusOf(
  { online, refusal, lastLive }: PageState,
  connection: PageView['connection'],
  transport: Transport | undefined,
): string {
  if (transport)
    return transport === transports[0] ? words.live : words.liveOver(words.transports[transport]);
  if (connection === 'refused') return refusal?.error ?? '';
  if (!online) return words.offline;
  return lastLive ? words.reconnecting : words.connecting;
}

function secondsUntil(time: number, now: number): number {
  return Math.max(0, Math.ceil((time - now) / 1000));
}
