/**
 * Finds variables that are probably misspelled settings. The environment contains many variables of other programs, so
 * it finds only those that begin with `LIMIT_`, or differ from a setting with an underscore in case, underscores or a
 * plural.
 * @returns a sentence for each.
 */
export function findMisspelled(names: readonly string[], settings: readonly string[]): string[] {
  return names.filter((name) => !settings.includes(name)).flatMap((name) => explain(name, settings) ?? []);
}

function explain(name: string, settings: readonly string[]): string | undefined {
  // Windows has variables such as `Path` and ignores case, so a name without an underscore may be another program's.
  const intended = settings.find(
    (setting) => setting.includes('_') && normalize(setting) === normalize(name),
  );
  if (intended) return `${name} is not a setting. Did you mean ${intended}?`;
  if (!name.startsWith('LIMIT_')) return undefined;
  const limits = settings.filter((setting) => setting.startsWith('LIMIT_')).join(', ');
  return `${name} is not a setting. The limits are ${limits}.`;
}

/** Removes common differences: case, underscores and plurals. */
function normalize(name: string): string {
  return name.toUpperCase().replace(/S?(?:_|$)/g, '');
}
