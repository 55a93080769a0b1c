/** Keeps the page above an on-screen keyboard that is laid over it, as on iOS, instead of making it smaller. */
export function stayAboveKeyboard(): void {
  const view = window.visualViewport;
  if (!view) return;
  const root = document.documentElement;
  view.addEventListener('resize', () => {
    const covered = view.scale === 1 && view.height < innerHeight - 80;
    if (covered) root.style.setProperty('--height', `${view.height}px`);
    else root.style.removeProperty('--height');
    if (covered) scrollTo(0, 0);
  });
}
