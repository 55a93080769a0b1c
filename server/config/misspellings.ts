/**
 * Finds variables that look like a setting and are none. The environment holds many variables of other programs, so
 * only those are found that begin with `LIMIT_`, or have underscores and differ in those, in case or in a plural.
 * @returns a sentence for each.
 */
export function findMisspelled(names: readonly string[], settings: readonly string[]): string[] {
  return names.filter((name) => !settings.includes(name)).flatMap((name) => explain(name, settings) ?? []);
}

function explain(name: string, settings: readonly string[]): string | undefined {
  // Windows ignores case, and has variables such as `Path`: a short name proves nothing.
  const meant = settings.find((setting) => setting.includes('_') && normalize(setting) === normalize(name));
  if (meant) return `${name} is not a setting. Did you mean ${meant}?`;
  if (!name.startsWith('LIMIT_')) return undefined;
  const limits = settings.filter((setting) => setting.startsWith('LIMIT_')).join(', ');
  return `${name} is not a setting. The limits are ${limits}.`;
}

/** Removes what people get wrong: underscores, plurals and case. */
function normalize(name: string): string {
  return name.toUpperCase().replace(/S?(?:_|$)/g, '');
}
