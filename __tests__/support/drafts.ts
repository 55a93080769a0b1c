import { randomUUID } from 'node:crypto';
import { erasureOf } from '../../server/entry-kinds';
import type { Draft } from '../../server/log/store';

/** A message that is not stored yet. */
export function messageDraft(message: string, more: Partial<Omit<Draft, 'type' | 'body'>> = {}): Draft {
  return { ...writer(), type: 'new_message', body: { message }, ...more };
}

/** The deletion of a message that is not stored yet. */
export function deletionDraft(target: string, more: Partial<Omit<Draft, 'type' | 'body'>> = {}): Draft {
  return { ...writer(), ...erasureOf(target), ...more };
}

function writer() {
  return { room: 'lobby', id: randomUUID() as string, visitor: 'v', username: 'Masha' };
}
