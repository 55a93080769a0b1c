import type Database from 'better-sqlite3';
import { statSync } from 'node:fs';
import { versionOf } from './migrate';
import { progressFile, type Progress } from './progress';

/** The largest database whose pages are all checked, in bytes: this takes about a second. */
const CHECKED_WHOLE = 128 * 1024 * 1024;
/** The most rooms whose head is compared with their last entry. */
const CHECKED_ROOMS = 10_000;

const RESTORE = 'Restore a backup as the README says.';

/**
 * Refuses a database file that is empty or missing although its progress file shows that there was one.
 * @param before the progress from that file.
 */
export function checkFile(path: string, before: Progress | undefined): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size) return;
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (size === undefined && !before && log === 0) return;
  const state = size === undefined ? 'is missing, but files that belong to it are there' : 'is empty';
  throw new Error(
    `the file ${state}. ${RESTORE} To begin a new chat, remove it, ${progressFile(path)} and ${path}-wal.`,
  );
}

/**
 * Refuses a damaged database, as far as a check of about a second can tell.
 * @throws {Error} a sentence.
 */
export function checkPages(db: Database.Database): void {
  const pages = db.pragma('page_count', { simple: true }) as number;
  const small = pages * (db.pragma('page_size', { simple: true }) as number) <= CHECKED_WHOLE;
  const found = small ? (db.pragma('quick_check(1)', { simple: true }) as string) : 'ok';
  if (found !== 'ok') throw new Error(`it is damaged (${found.replaceAll('\n', ' ')}). ${RESTORE}`);
  if (versionOf(db) === 0) return;
  const room = db
    .prepare<[number], string>(
      `SELECT name FROM (SELECT name, head FROM rooms LIMIT ?)
       WHERE head IS NOT (SELECT max(seq) FROM entries WHERE room = name) LIMIT 1`,
    )
    .pluck()
    .get(CHECKED_ROOMS);
  if (room !== undefined) {
    throw new Error(`it is damaged (the last entry of the room ${room} is missing). ${RESTORE}`);
  }
}

/**
 * Refuses a database that has lost commits.
 * @param now its progress; that of another epoch can't be compared.
 * @param before the progress from the file beside it.
 */
export function checkProgress(path: string, now: Progress, before: Progress): void {
  if ((now.epoch && now.epoch !== before.epoch) || now.commits >= before.commits) return;
  throw new Error(
    `it lacks ${before.commits - now.commits} changes that were stored. Its file ${path}-wal is missing, cut short or another one, or this is an older copy. Put the right files back. To go on with an older copy instead, such as a backup, remove ${path}-wal, ${path}-shm and ${progressFile(path)}; readers of what it lacks will be told.`,
  );
}
