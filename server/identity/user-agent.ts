/** The names of browsers whose token in the header is another. */
const NAMES: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera' };

/**
 * Returns a browser's name for people in any language, such as “Firefox · Linux”.
 * @param userAgent the header of that name (RFC 9110, section 10.1.5).
 */
export function describeUserAgent(userAgent = ''): string {
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)[/ ]/.exec(userAgent)?.[1] ?? '';
  const system = /(Android|iPhone|iPad|Windows|Mac OS X|CrOS|Linux)/.exec(userAgent)?.[1];
  const name = (NAMES[browser] ?? browser) || userAgent.slice(0, 40) || '–';
  return system ? `${name} · ${system}` : name;
}
