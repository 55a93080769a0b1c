import fc, { type Arbitrary } from 'fast-check';
import { MESSAGE_MAX } from '../../server/entry-kinds';

/** Texts that are special to some parser or check. */
const SPECIAL_TEXTS = [
  '__proto__',
  'constructor',
  'toString',
  'undefined-0',
  'earliest',
  'lobby',
  'k3f9:1',
  'k3f9:999999999999999',
  '9b2e6c1e-0f4a-4c37-a7a1-5d6d1c1c8f10',
  '\u0000',
  '\r\n\r\nGET / HTTP/1.1\r\n\r\n',
  'a\nid: 1\ndata: {}',
  '../../../../etc/passwd',
  '%00',
  '%',
  '%e0%a4%a',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '\ud800',
  '\u202e\u200b',
  'ﷺ'.repeat(40),
  'x'.repeat(MESSAGE_MAX + 1),
  '-1',
  '1e999',
  '9007199254740993',
];

/** A text: short and plain, special, binary or long. */
export const text: Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom(...SPECIAL_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ minLength: 100, maxLength: 5_000 }),
);

const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 2 ** 53, Number.MAX_VALUE));

/** A JSON value. */
const json: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: number },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false, [], {}) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
);

/** Nested arrays, deeper than `JSON.stringify` can write. */
const nestedArrays = fc
  .integer({ min: 1, max: 8_000 })
  .map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`);

/** A JSON object with mostly known fields and any values. */
const object = (known: readonly string[]): Arbitrary<string> =>
  fc
    .array(
      fc.tuple(
        fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: text }),
        fc.oneof(
          { weight: 40, arbitrary: json.map((value) => JSON.stringify(value)) },
          { weight: 1, arbitrary: nestedArrays },
        ),
      ),
      { maxLength: 6 },
    )
    .map((all) => `{${all.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`);

const EVENTS = ['new_message', 'delete_message', 'change_username', 'typing', 'join'];
const EVENT_FIELDS = [
  'message',
  'id',
  'room',
  'username',
  'after',
  'last',
  'type',
  'name',
  'phone',
  '__proto__',
];
const REQUEST_FIELDS = [
  'password', 'current', 'label', 'role', 'uses', 'hours', 'minutes', 'address', 'locked', 'slow', 'response',
]; // prettier-ignore

const event = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...EVENTS) }, { weight: 1, arbitrary: text });

/** A text with a part removed, repeated or replaced. */
const mutated = (texts: Arbitrary<string>): Arbitrary<string> =>
  fc
    .tuple(texts, fc.nat(), fc.nat(), text)
    .map(
      ([whole, from, to, inserted]) =>
        whole.slice(0, from % (whole.length + 1)) + inserted + whole.slice(to % (whole.length + 1)),
    );

/** Mostly a valid text, sometimes a mutated or another one. */
const mostlyValid = (texts: Arbitrary<string>): Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: texts },
    { weight: 2, arbitrary: mutated(texts) },
    { weight: 1, arbitrary: text },
  );

/** The body of a request. */
export const body = mostlyValid(object([...EVENT_FIELDS, ...REQUEST_FIELDS]));

/** A frame of the subprotocol `json`. */
export const jsonFrame = mostlyValid(
  fc
    .tuple(event, object(EVENT_FIELDS))
    .map(([type, rest]) => `{"type":${JSON.stringify(type)}${rest === '{}' ? '}' : `,${rest.slice(1)}`}`),
);

/** Engine.IO and Socket.IO packet types, most often an event. */
const PACKET_TYPES = [
  '42', '42', '42', '42', '421', '429999999999', '40', '41', '43', '44', '451-', '46', '2', '3', '5', '6', '42/x,',
]; // prettier-ignore

/** A Socket.IO packet. */
export const packet = mostlyValid(
  fc
    .tuple(fc.constantFrom(...PACKET_TYPES), event, object(EVENT_FIELDS))
    .map(([packetType, name, payload]) => `${packetType}[${JSON.stringify(name)},${payload}]`),
);
