import type { NewMessage } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { localDay, formatTime } from './days.js';
import { isFewEmoji } from './emoji.js';
import { removeFold, mayNeedFolding } from './folding.js';
import { linkify } from './linkify.js';
import { tagOf } from './tag.js';

/** What there is to show of a message; one on its way has no place in the room yet. */
export type DisplayedMessage = Pick<NewMessage, 'id' | 'visitor' | 'username' | 'message' | 'at'> &
  Partial<Pick<NewMessage, 'seq' | 'cursor'>>;

/** Writes a message into its element; everything that people made goes in as text. */
export function fillMessage(element: HTMLElement, said: DisplayedMessage, mine: boolean): void {
  element.classList.toggle('mine', mine);
  element.dataset.id = said.id;
  element.dataset.seq = String(said.seq ?? '');
  element.dataset.cursor = said.cursor ?? '';
  element.dataset.visitor = said.visitor;
  find(element, '.author').textContent = said.username;
  find(element, '.tag').textContent = tagOf(said);
  find(element, '.bubble').textContent = said.message;
  find<HTMLTimeElement>(element, '.at').dateTime = said.at;
  fillAvatar(find(element, '.avatar'), said.visitor, said.username);
  enhanceMessage(element);
}

/** Adds what only the browser knows, the reader's zone above all, to an element that is filled. */
export function enhanceMessage(element: HTMLElement): void {
  const time = find<HTMLTimeElement>(element, '.at');
  const at = new Date(time.dateTime);
  time.textContent = formatTime(at);
  time.title = at.toLocaleString();
  element.dataset.day = localDay(at);
  const bubble = find(element, '.bubble');
  const text = bubble.textContent;
  bubble.replaceChildren(...withLinks(text));
  bubble.classList.toggle('jumbo', isFewEmoji(text));
  bubble.classList.toggle('tall', mayNeedFolding(text));
}

/** Takes the text out of a message that was deleted. */
export function eraseMessage(element: HTMLElement): void {
  element.classList.add('deleted');
  const bubble = find(element, '.bubble');
  bubble.classList.remove('jumbo', 'tall');
  removeFold(element);
  bubble.textContent = 'Deleted';
}

/** Gives somebody a colour and an initial: the same in all places, and for as long as they are the same visitor. */
export function fillAvatar(avatar: HTMLElement, visitor: string, username: string): void {
  // As in views/partials/avatar.ejs, so that nothing changes colour when the script arrives.
  avatar.dataset.tone = String(Array.from(visitor).reduce((sum, c) => sum + c.charCodeAt(0), 0) % 8);
  avatar.textContent = Array.from(username)[0]?.toUpperCase() ?? '';
}

function withLinks(text: string): (Node | string)[] {
  return linkify(text).map((piece) => {
    if (!piece.href) return piece.text;
    const link = document.createElement('a');
    link.href = piece.href;
    link.textContent = piece.text;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    return link;
  });
}
