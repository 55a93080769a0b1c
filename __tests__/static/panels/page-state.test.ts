import { STATUS } from '../../../server/refusal';
import type { ErrorCode } from '../../../server/wire';
import {
  describePage as description,
  type PageState,
  type PageView,
} from '../../../static/panels/page-state';

const NOW = 1_000_000;
const refusal = (code: ErrorCode) => ({ error: `Refused with ${code}.`, code, status: STATUS[code] });

const CONNECTIONS: Record<string, Partial<PageState>> = {
  connecting: { lostAt: NOW },
  live: { live: 'websocket', lastLive: 'websocket' },
  'live over SSE': { live: 'sse', lastLive: 'sse' },
  'cut just now': { lastLive: 'websocket', lostAt: NOW - 100, retryAt: NOW + 5_000 },
  reconnecting: { lastLive: 'websocket', retryAt: NOW + 5_000 },
  offline: { lastLive: 'websocket', online: false, retryAt: NOW + 5_000 },
  'offline from the beginning': { online: false },
  'asked to sign in': { refusal: refusal('sign_in_required'), retryAt: NOW + 60_000 },
  banned: { lastLive: 'websocket', refusal: refusal('banned'), retryAt: NOW + 60_000 },
  'banned and offline': { refusal: refusal('banned'), online: false },
  'one connection too many': { refusal: refusal('too_many_connections'), retryAt: NOW + 60_000 },
};
const ROOMS: Record<string, Partial<PageState>> = {
  open: {},
  slow: { slow: 30 },
  locked: { locked: true },
  'locked and slow': { locked: true, slow: 30 },
  muted: { muted: true },
  'muted, in a slow room': { muted: true, slow: 30 },
  'muted, in a locked room': { muted: true, locked: true },
};
const MESSAGES: Record<string, Partial<PageState>> = {
  none: {},
  'just sent': { waiting: 1, waitingAt: NOW },
  'on the way': { waiting: 2 },
  held: { waiting: 2, heldUntil: NOW + 12_000 },
  'held until now': { waiting: 2, heldUntil: NOW },
  'none, after a hold': { heldUntil: NOW + 12_000 },
};

const IDLE: PageState = {
  live: undefined,
  lastLive: undefined,
  lostAt: NOW - 10_000,
  online: true,
  retryAt: undefined,
  refusal: undefined,
  locked: false,
  slow: 0,
  moderates: false,
  muted: false,
  waiting: 0,
  waitingAt: NOW - 10_000,
  heldUntil: undefined,
};

/** All combinations, with the page's view of each. */
const all = Object.entries(CONNECTIONS).flatMap(([connection, one]) =>
  Object.entries(ROOMS).flatMap(([room, two]) =>
    Object.entries(MESSAGES).flatMap(([messages, three]) =>
      [false, true].map((moderates) => {
        const condition = { ...IDLE, ...one, ...two, ...three, moderates };
        const name = [connection, room, messages, moderates && 'moderator'].filter(Boolean).join(', ');
        return { name, condition, shown: description(condition, NOW) };
      }),
    ),
  ),
);
type Case = (typeof all)[number];

/** Returns the names of the cases that meet a condition. */
const namesOf = (which: (one: Case) => boolean) => all.filter(which).map(({ name }) => name);
const isShutOut = ({ refusal, live }: PageState) => !live && refusal?.code === 'banned';
const isLocked = ({ locked, moderates }: PageState) => locked && !moderates;

describe('the page, in every combination of connection, room and messages', () => {
  it('shows “Sending…” only while it shows that it is connected', () => {
    expect(namesOf(({ shown }) => shown.sending === 'Sending…' && !shown.status.startsWith('Live'))).toEqual(
      [],
    );
    expect(
      namesOf(
        ({ shown, condition }) =>
          shown.status === 'Offline' &&
          !condition.refusal &&
          shown.canWrite &&
          shown.sending !== 'Waiting for the connection',
      ),
    ).toEqual([]);
  });

  it('counts down to the next message only while one is held that could be sent', () => {
    const expected = namesOf(
      ({ condition, shown }) =>
        shown.connection === 'live' &&
        condition.waiting > 0 &&
        (condition.heldUntil ?? 0) > NOW &&
        !isLocked(condition),
    );
    expect(namesOf(({ shown }) => shown.holdCountdown === 'in 12 s')).toEqual(expected);
    expect(namesOf(({ shown }) => shown.hold !== '' || shown.holdCountdown !== '')).toEqual(expected);
  });

  it('lets everybody write but those who are banned or locked out', () => {
    expect(namesOf(({ shown }) => !shown.canWrite)).toEqual(
      namesOf(({ condition }) => isShutOut(condition) || isLocked(condition)),
    );
  });

  it('shows no rule to those who are banned, and no slow mode in a locked room', () => {
    expect(namesOf(({ shown, condition }) => isShutOut(condition) && shown.rule !== '')).toEqual([]);
    expect(namesOf(({ shown, condition }) => condition.locked && shown.rule.startsWith('Slow'))).toEqual([]);
  });

  it('shows a mute, unless nobody may write anyway', () => {
    const expected = namesOf(
      ({ condition }) => condition.muted && !condition.locked && !isShutOut(condition),
    );
    expect(namesOf(({ shown }) => shown.rule.startsWith('A moderator has muted you'))).toEqual(expected);
  });

  it('shows at most one countdown, and never “in 0 s”', () => {
    const countdowns = ({ statusCountdown, holdCountdown }: PageView) =>
      `${statusCountdown} ${holdCountdown}`.match(/in \d+ s/g) ?? ([] as string[]);
    expect(
      namesOf(({ shown }) => countdowns(shown).length > 1 || countdowns(shown).includes('in 0 s')),
    ).toEqual([]);
  });

  it('offers to connect only while it is not connected, and to sign in only where that is required', () => {
    expect(namesOf(({ shown }) => shown.canTryNow && shown.connection === 'live')).toEqual([]);
    expect(namesOf(({ shown }) => shown.canTryNow && shown.status === 'Offline')).toEqual([]);
    expect(namesOf(({ shown }) => shown.canSignIn)).toEqual(
      namesOf(({ condition }) => condition.refusal?.code === 'sign_in_required'),
    );
  });

  it.each([
    ['live, open, none', 'Live', ''],
    ['live over SSE, open, none', 'Live · over SSE', ''],
    ['cut just now, open, on the way', 'Live', '· 2 waiting'],
    ['reconnecting, open, on the way', 'Reconnecting', 'in 5 s · 2 waiting'],
    ['offline, open, on the way', 'Offline', '· 2 waiting'],
    ['connecting, open, none', 'Connecting', '…'],
    ['banned, slow, held', 'Refused with banned.', ''],
  ])('shows, if %s: %s %s', (wanted, status, statusCountdown) => {
    expect(all.find(({ name }) => name === wanted)?.shown).toMatchObject({ status, statusCountdown });
  });
});
