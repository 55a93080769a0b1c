/** Calls back when the page becomes visible again. @param callback is given for how long it was hidden, in ms. */
export function onVisible(callback: (hiddenFor: number) => void): void {
  let hiddenAt = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) hiddenAt = Date.now();
    else callback(Date.now() - hiddenAt);
  });
}
