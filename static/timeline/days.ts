import { locale } from '../browser/locale.js';
import { words } from 'shared/words';

const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long' });
const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' });

/** Returns the time of day in the reader's time zone and locale. */
export function formatTime(at: Date): string {
  return clock.format(at);
}

/** Returns the day and the time in the reader's time zone and locale. */
export function formatMoment(at: Date): string {
  return moment.format(at);
}

/** Returns the day in the reader's time zone: `2026-11-20`. */
export function localDay(at: Date): string {
  const twoDigits = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`;
}

/** Returns the name of a day: today, yesterday, or its date. */
export function formatDay(day: string, now = new Date()): string {
  if (day === localDay(now)) return words.today;
  if (day === localDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1)))
    return words.yesterday;
  // Noon: where the clocks change at midnight, that hour may not exist.
  const noon = new Date(`${day}T12:00:00`);
  const name = weekday.format(noon);
  return `${name.charAt(0).toLocaleUpperCase(locale)}${name.slice(1)}, ${date.format(noon)}`;
}

/** Calls back at each midnight of the reader's time zone. */
export function onMidnight(callback: () => void): void {
  const now = new Date();
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  setTimeout(
    () => {
      callback();
      onMidnight(callback);
    },
    midnight.getTime() - now.getTime() + 1000,
  );
}
