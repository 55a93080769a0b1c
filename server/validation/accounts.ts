import { z } from 'zod';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { ROLES } from '../access/role';
import { SLOW_MAX } from '../access/slow-mode';
import type { PasswordChange } from '../accounts/accounts';
import type { InvitationDraft } from '../accounts/invitations';
import type { NameAndPassword } from '../accounts/sign-in';
import type { Role, RoomRules } from '../wire';
import { issue } from '../words/sentence';
import { check } from './messages';

/** The length of a password in characters (NIST SP 800-63B-4, section 3.1.1.2). */
const PASSWORD_MIN = 8;
const PASSWORD_MAX = 200;
/** The longest label of a token, in characters. */
const LABEL_MAX = 60;
/** The most uses of an invitation, and its longest validity, in hours: a year. */
const USES_MAX = 10_000;
const HOURS_MAX = 24 * 365;
/** The longest temporary mute or ban, in minutes: a year. */
const MINUTES_MAX = 60 * 24 * 365;

const password = z
  .string(issue('passwordNotText'))
  .min(PASSWORD_MIN, issue(['passwordTooShort', PASSWORD_MIN]))
  .max(PASSWORD_MAX, issue(['passwordTooLong', PASSWORD_MAX]));
const wholeNumber = (name: string, min: number, max: number) =>
  z
    .int(issue(['rangeExpected', name, min, max]))
    .min(min)
    .max(max);
const NO_OBJECT = issue('objectExpected');

const newPassword = z.object(
  {
    password,
    current: z.string().max(PASSWORD_MAX).optional(),
    endOtherSessions: z.boolean(issue(['booleanExpected', 'endOtherSessions'])).default(true),
  },
  NO_OBJECT,
);
const credentials = z.object(
  {
    username: z.string(issue('nameNotText')).max(200),
    password: z.string(issue('passwordNotText')).max(PASSWORD_MAX),
  },
  issue('nameAndPasswordExpected'),
);
// @simplewebauthn/server validates the rest.
const passkey = z.looseObject(
  { id: z.string().max(2_000), response: z.looseObject({}) },
  issue('passkeyExpected'),
);
const label = z.object(
  {
    label: z
      .string(issue('labelMissing'))
      .trim()
      .min(1, issue('labelMissing'))
      .max(LABEL_MAX, issue(['labelTooLong', LABEL_MAX])),
  },
  issue('labelExpected'),
);
const role = z.enum(['member', 'moderator', 'owner'], issue('invitationRole'));
const invitationDraft = z.object(
  {
    role: role.default('member'),
    uses: wholeNumber('uses', 1, USES_MAX).default(1),
    hours: wholeNumber('hours', 1, HOURS_MAX).default(72),
  },
  NO_OBJECT,
);
// Without scripts, people paste the whole link, whose fragment is the secret.
const invitation = z.object(
  {
    secret: z
      .string(issue('invitationPaste'))
      .max(2_000, issue('invitationMalformed'))
      .transform((text) => text.trim().replace(/^.*#/s, '')),
  },
  issue('secretExpected'),
);
const minutes = wholeNumber('minutes', 1, MINUTES_MAX).optional();
const duration = z.object({ minutes }, NO_OBJECT);
const ban = z.object(
  { minutes, address: z.boolean(issue(['booleanExpected', 'address'])).default(false) },
  NO_OBJECT,
);
const anyRole = z.object(
  {
    role: z.enum(ROLES, issue('role')),
  },
  NO_OBJECT,
);
const rules = z.object(
  {
    locked: z.boolean(issue(['booleanExpected', 'locked'])).optional(),
    slow: wholeNumber('slow', 0, SLOW_MAX).optional(),
  },
  NO_OBJECT,
);
/** The id of a visitor. */
export const visitorId = z
  .string(issue('visitorMalformed'))
  .regex(/^[\w-]{1,40}$/, issue('visitorMalformed'));
const auditQuery = z.object({
  before: z.coerce.number(issue('auditPosition')).int().min(1).default(Infinity),
  limit: z.coerce
    .number(issue(['numberExpected', 'limit']))
    .int()
    .min(1)
    .max(500)
    .default(100),
});

/** @throws {Refusal} `bad_request` */
export const checkPassword = (value: unknown): PasswordChange => check(newPassword, value);
/** @throws {Refusal} `bad_request` */
export const checkNameAndPassword = (value: unknown): NameAndPassword => check(credentials, value);
/** @throws {Refusal} `bad_request` */
export const checkRegistration = (value: unknown): RegistrationResponseJSON =>
  check(passkey, value) as unknown as RegistrationResponseJSON;
/** @throws {Refusal} `bad_request` */
export const checkAuthentication = (value: unknown): AuthenticationResponseJSON =>
  check(passkey, value) as unknown as AuthenticationResponseJSON;
/** Returns whether a body signs in with a passkey, and not with a name and a password. */
export const isPasskeyResponse = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && 'response' in value;
/** @throws {Refusal} `bad_request` */
export const checkLabel = (value: unknown): string => check(label, value).label;
/** @throws {Refusal} `bad_request` */
export const checkInvitationDraft = (value: unknown): InvitationDraft => check(invitationDraft, value ?? {});
/** Returns the secret of an invitation from the whole link or the secret itself. @throws {Refusal} `bad_request` */
export const checkSecret = (value: unknown): string => check(invitation, value).secret;
/** Returns a number of minutes; undefined if permanently. @throws {Refusal} `bad_request` */
export const checkDuration = (value: unknown): number | undefined => check(duration, value ?? {}).minutes;
/** @throws {Refusal} `bad_request` */
export const checkBan = (value: unknown): { minutes?: number | undefined; address: boolean } =>
  check(ban, value ?? {});
/** @throws {Refusal} `bad_request` */
export const checkRole = (value: unknown): Role => check(anyRole, value).role;
/** @throws {Refusal} `bad_request` */
export const checkRules = (value: unknown): Partial<RoomRules> => check(rules, value) as Partial<RoomRules>;
/** @throws {Refusal} `bad_request` */
export const checkVisitor = (value: unknown): string => check(visitorId, value);
/** @throws {Refusal} `bad_request` */
export const checkAuditQuery = (value: unknown): { before: number; limit: number } =>
  check(auditQuery, value);
