import fc, { type Arbitrary } from 'fast-check';

/** Texts that have meant something to some parser. */
const LOADED = [
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
  'x'.repeat(4_001),
  '-1',
  '1e999',
  '9007199254740993',
];

/** A text: short and plain, loaded, or of any characters. */
export const text: Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom(...LOADED),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ minLength: 100, maxLength: 5_000 }),
);

const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 2 ** 53, Number.MAX_VALUE));

/** What JSON can be. */
export const json: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: number },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false, [], {}) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
);

/** Deep, and not to be written by `JSON.stringify`. */
const deep = fc.integer({ min: 1, max: 8_000 }).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`);

/** Fields that are known somewhere, with values that may be anything. */
const fields = (known: readonly string[]): Arbitrary<string> =>
  fc
    .array(
      fc.tuple(
        fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: text }),
        fc.oneof(
          { weight: 40, arbitrary: json.map((value) => JSON.stringify(value)) },
          { weight: 1, arbitrary: deep },
        ),
      ),
      { maxLength: 6 },
    )
    .map((all) => `{${all.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`);

const EVENTS = ['new_message', 'delete_message', 'change_username', 'typing', 'join'];
const FIELDS = ['message', 'id', 'room', 'username', 'after', 'last', 'type', 'name', 'phone', '__proto__'];
const MORE = [
  'password',
  'current',
  'label',
  'role',
  'uses',
  'hours',
  'minutes',
  'address',
  'locked',
  'slow',
  'response',
];

const event = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...EVENTS) }, { weight: 1, arbitrary: text });

/** A text with something cut out, put in or doubled. */
const mutated = (texts: Arbitrary<string>): Arbitrary<string> =>
  fc
    .tuple(texts, fc.nat(), fc.nat(), text)
    .map(
      ([whole, from, to, put]) =>
        whole.slice(0, from % (whole.length + 1)) + put + whole.slice(to % (whole.length + 1)),
    );

/** Mostly what is meant, sometimes broken. */
const perhaps = (texts: Arbitrary<string>): Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: texts },
    { weight: 2, arbitrary: mutated(texts) },
    { weight: 1, arbitrary: text },
  );

/** A body of a request. */
export const body = perhaps(fields([...FIELDS, ...MORE]));

/** A frame under the subprotocol `json`. */
export const jsonFrame = perhaps(
  fc
    .tuple(event, fields(FIELDS))
    .map(([type, rest]) => `{"type":${JSON.stringify(type)}${rest === '{}' ? '}' : `,${rest.slice(1)}`}`),
);

/** A packet of Socket.IO's. */
export const packet = perhaps(
  fc
    .tuple(
      fc.constantFrom(
        '42',
        '42',
        '42',
        '42',
        '421',
        '429999999999',
        '40',
        '41',
        '43',
        '44',
        '451-',
        '46',
        '2',
        '3',
        '5',
        '6',
        '42/x,',
      ),
      event,
      fields(FIELDS),
    )
    .map(([head, name, payload]) => `${head}[${JSON.stringify(name)},${payload}]`),
);
