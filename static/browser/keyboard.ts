/** Whether an on-screen keyboard is laid over the page, as on iOS; a bar of suggestions alone does not count. */
export function isCovered(): boolean {
  const view = window.visualViewport;
  return view !== null && view.scale === 1 && view.height < innerHeight - 80;
}

/** Keeps the page above an on-screen keyboard that is laid over it, as on iOS, instead of making it smaller. */
export function stayAboveKeyboard(): void {
  const view = window.visualViewport;
  if (!view) return;
  const root = document.documentElement;
  view.addEventListener('resize', () => {
    const covered = isCovered();
    if (covered) root.style.setProperty('--height', `${view.height}px`);
    else root.style.removeProperty('--height');
    if (covered) scrollTo(0, 0);
  });
}
