import type { EventEmitter } from 'node:events';

/** Waits for an event, or until `gone`; leaves no listener behind. */
export function eventOrGone(emitter: EventEmitter, event: string, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      emitter.off(event, done);
      gone.removeEventListener('abort', done);
      resolve();
    };
    if (gone.aborted) return resolve();
    emitter.once(event, done);
    gone.addEventListener('abort', done);
  });
}
