/** Calls when somebody looks at the page again; `call` is told for how long nobody did, in milliseconds. */
export function onVisible(call: (away: number) => void): void {
  let hiddenAt = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) hiddenAt = Date.now();
    else call(Date.now() - hiddenAt);
  });
}
