/** Stores a text until the tab is closed. Does nothing where storage is full or forbidden. */
export function remember(key: string, text: string): void {
  try {
    sessionStorage.setItem(key, text);
  } catch {
    // The page works without it, until it is reloaded.
  }
}

/** Returns a text that this tab has stored; empty if there is none. */
export function recall(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}
