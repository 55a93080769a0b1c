/** Keeps a text for as long as the tab is open. Storage may be full or forbidden; the page then does without. */
export function remember(key: string, text: string): void {
  try {
    sessionStorage.setItem(key, text);
  } catch {
    // It is lost with the page.
  }
}

/** The text that this tab keeps, or none. */
export function recall(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}
