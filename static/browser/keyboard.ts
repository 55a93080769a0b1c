/** How much lower than the window the visible part is with a keyboard, in pixels; a bar of suggestions takes less. */
const KEYBOARD_MIN = 80;

/** Whether an on-screen keyboard covers part of the page, as on iOS. */
export function isCovered(): boolean {
  const viewport = window.visualViewport;
  return viewport !== null && viewport.scale === 1 && viewport.height < innerHeight - KEYBOARD_MIN;
}

/** Fits the page above an on-screen keyboard that covers the window instead of resizing it, as on iOS. */
export function stayAboveKeyboard(): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const root = document.documentElement;
  viewport.addEventListener('resize', () => {
    const covered = isCovered();
    if (covered) root.style.setProperty('--height', `${viewport.height}px`);
    else root.style.removeProperty('--height');
    if (covered) scrollTo(0, 0);
  });
}
