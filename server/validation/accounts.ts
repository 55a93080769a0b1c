import { z } from 'zod';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { ROLES } from '../access/role';
import { SLOW_MAX } from '../access/slow-mode';
import type { PasswordChange } from '../accounts/accounts';
import type { InvitationDraft } from '../accounts/invitations';
import type { NameAndPassword } from '../accounts/sign-in';
import type { Role, RoomRules } from '../wire';
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
  .string('The password must be a string.')
  .min(PASSWORD_MIN, `A password must have at least ${PASSWORD_MIN} characters.`)
  .max(PASSWORD_MAX, `A password can have at most ${PASSWORD_MAX} characters.`);
const wholeNumber = (name: string, min: number, max: number) =>
  z.int(`"${name}" must be a whole number from ${min} to ${max}.`).min(min).max(max);
const NO_OBJECT = 'Send a JSON object.';

const newPassword = z.object(
  {
    password,
    current: z.string().max(PASSWORD_MAX).optional(),
    endOtherSessions: z.boolean('"endOtherSessions" must be true or false.').default(true),
  },
  NO_OBJECT,
);
const credentials = z.object(
  {
    username: z.string('The name must be a string.').max(200),
    password: z.string('The password must be a string.').max(PASSWORD_MAX),
  },
  'Send an object such as { "username": "Masha", "password": "…" }.',
);
// @simplewebauthn/server validates the rest.
const passkey = z.looseObject(
  { id: z.string().max(2_000), response: z.looseObject({}) },
  'Send the response of navigator.credentials as JSON.',
);
const label = z.object(
  {
    label: z
      .string('Give the token a label.')
      .trim()
      .min(1, 'Give the token a label.')
      .max(LABEL_MAX, `A label can have at most ${LABEL_MAX} characters.`),
  },
  'Send an object such as { "label": "backup script" }.',
);
const role = z.enum(['member', 'moderator', 'owner'], 'A role must be "member", "moderator" or "owner".');
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
      .string('Paste your invitation link.')
      .max(2_000, 'That is not an invitation link.')
      .transform((text) => text.trim().replace(/^.*#/s, '')),
  },
  'Send an object such as { "secret": "…" }.',
);
const minutes = wholeNumber('minutes', 1, MINUTES_MAX).optional();
const duration = z.object({ minutes }, NO_OBJECT);
const ban = z.object(
  { minutes, address: z.boolean('"address" must be true or false.').default(false) },
  NO_OBJECT,
);
const anyRole = z.object(
  {
    role: z.enum(ROLES, 'A role must be "guest", "member", "moderator" or "owner".'),
  },
  NO_OBJECT,
);
const rules = z.object(
  {
    locked: z.boolean('"locked" must be true or false.').optional(),
    slow: wholeNumber('slow', 0, SLOW_MAX).optional(),
  },
  NO_OBJECT,
);
const id = z.string().regex(/^[\w-]{1,40}$/, 'That is not the id of a visitor.');
const auditQuery = z.object({
  before: z.coerce.number('"before" must be the "id" of an audit entry.').int().min(1).default(Infinity),
  limit: z.coerce.number('"limit" must be a number.').int().min(1).max(500).default(100),
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
export const checkVisitor = (value: unknown): string => check(id, value);
/** @throws {Refusal} `bad_request` */
export const checkAuditQuery = (value: unknown): { before: number; limit: number } =>
  check(auditQuery, value);
