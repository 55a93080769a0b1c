import type { ErrorBody, RoomRules } from '../../server/wire.js';
import { isTemporary } from '../connection/api.js';
import { transportNames, transports, type Transport } from '../connection/transports.js';

/** How long a trouble may last before the page shows it, in milliseconds. */
const GRACE_PERIOD = 700;

/** Everything that decides what can be written here and what becomes of it. Times are in ms since the epoch. */
export interface PageState extends Pick<RoomRules, 'locked' | 'slow'> {
  /** The transport that is connected now. */
  live: Transport | undefined;
  /** The one that was connected last; none since the page was opened. */
  lastLive: Transport | undefined;
  /** When the connection was lost, or the page opened. */
  lostAt: number;
  /** Whether the browser has a network at all. */
  online: boolean;
  /** When the next attempt to connect begins, if one is planned. */
  retryAt: number | undefined;
  /** Why the server refuses the connection, if it does. */
  refusal: ErrorBody | undefined;
  /** Whether this person may write in a locked room. */
  moderates: boolean;
  /** Whether a moderator has muted this person, as far as the page knows. */
  muted: boolean;
  /** How many messages are not stored yet, and since when there are any. */
  waiting: number;
  waitingAt: number;
  /** Until when the server asked to send nothing more: a rate limit or slow mode. */
  heldUntil: number | undefined;
}

/** What the page shows of a condition. */
export interface PageView {
  connection: 'live' | 'away' | 'refused';
  /** The transport to name, where the page counts as connected. */
  transport: Transport | undefined;
  status: string;
  statusCountdown: string;
  canTryNow: boolean;
  canSignIn: boolean;
  canWrite: boolean;
  /** The rule that holds for writing: of the room, or of this person. */
  rule: string;
  hold: string;
  holdCountdown: string;
  /** The state of messages that are not stored yet. */
  sending: string;
  /** Whether time alone will change any of this. */
  changesWithTime: boolean;
}

/** Returns everything that the page shows of a condition, so that no two of its parts contradict each other. */
export function describePage(condition: PageState, now: number): PageView {
  const { live, lastLive, online, refusal, retryAt, locked, slow, muted, moderates, waiting, heldUntil } =
    condition;
  const noticed = (since: number): boolean => now - since >= GRACE_PERIOD;
  const way = live ?? (refusal || noticed(condition.lostAt) ? undefined : lastLive);
  const connection = way ? 'live' : refusal && online ? 'refused' : 'away';
  // Any other refusal is about connecting: a message can be written, and is refused with what to do about it.
  const mustSignIn = refusal?.code === 'sign_in_required';
  const shutOut = !live && refusal !== undefined && !mustSignIn && !isTemporary(refusal);
  const canWrite = !shutOut && (!locked || moderates);
  const waits = waiting > 0 && noticed(condition.waitingAt);

  const retryIn = connection === 'away' && online && retryAt ? secondsUntil(retryAt, now) : 0;
  const retry = connection !== 'away' || !online ? '' : retryIn > 1 ? `in ${retryIn} s` : '…';
  const count = waits && connection !== 'refused' ? `· ${waiting} waiting` : '';

  const held = canWrite && connection === 'live' && waiting > 0 && heldUntil !== undefined && heldUntil > now;
  return {
    connection,
    transport: way,
    status: statusOf(condition, connection, way),
    statusCountdown: [retry, count].filter(Boolean).join(' '),
    canTryNow: connection === 'refused' || retryIn > 1,
    canSignIn: connection === 'refused' && mustSignIn,
    canWrite,
    // As in views/partials/notice.ejs.
    rule: shutOut
      ? ''
      : locked
        ? 'This room is locked: only moderators can write.'
        : muted
          ? 'A moderator has muted you: you can only read.'
          : slow
            ? `Slow mode: one message every ${slow} s.`
            : '',
    hold: held ? 'You are sending too fast. The next message will be sent' : '',
    holdCountdown: held ? `in ${secondsUntil(heldUntil, now)} s` : '',
    sending:
      !canWrite || held ? 'Waiting…' : connection === 'live' ? 'Sending…' : 'Waiting for the connection',
    changesWithTime: held || !live || (waiting > 0 && !waits),
  };
}

function statusOf(
  { online, refusal, lastLive }: PageState,
  connection: PageView['connection'],
  way: Transport | undefined,
): string {
  if (way) return way === transports[0] ? 'Live' : `Live · over ${transportNames[way]}`;
  if (connection === 'refused') return refusal?.error ?? '';
  if (!online) return 'Offline';
  return lastLive ? 'Reconnecting' : 'Connecting';
}

function secondsUntil(time: number, now: number): number {
  return Math.max(0, Math.ceil((time - now) / 1000));
}
