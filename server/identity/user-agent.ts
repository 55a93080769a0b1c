/** What a browser calls itself first is not what people call it. */
const NAMES: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera' };

/**
 * Returns what people call a browser, such as “Firefox on Linux”.
 * @param userAgent the header of that name (RFC 9110, section 10.1.5).
 */
export function describeUserAgent(userAgent = ''): string {
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)[/ ]/.exec(userAgent)?.[1] ?? '';
  const system = /(Android|iPhone|iPad|Windows|Mac OS X|CrOS|Linux)/.exec(userAgent)?.[1];
  const name = (NAMES[browser] ?? browser) || userAgent.slice(0, 40) || 'A browser';
  return system ? `${name} on ${system}` : name;
}
