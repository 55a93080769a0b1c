const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

/** The time of day, in the reader's zone and habit. */
export function formatTime(at: Date): string {
  return clock.format(at);
}

/** The day in the reader's zone: `2026-11-20`. */
export function localDay(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** A day as one says it: today, yesterday, or its date. */
export function formatDay(day: string, now = new Date()): string {
  if (day === localDay(now)) return 'Today';
  if (day === localDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return 'Yesterday';
  // Noon, since midnight does not exist everywhere on the day the clocks change.
  const noon = new Date(`${day}T12:00:00`);
  return `${weekday.format(noon)}, ${date.format(noon)}`;
}

/** Calls at each midnight of the reader. */
export function onMidnight(call: () => void): void {
  const now = new Date();
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  setTimeout(
    () => {
      call();
      onMidnight(call);
    },
    midnight.getTime() - now.getTime() + 1000,
  );
}
