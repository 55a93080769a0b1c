import type { NewMessage } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { formatMoment, formatTime, localDay } from './days.js';
import { isFewEmoji } from './emoji.js';
import { removeFold, mayNeedFolding } from './folding.js';
import { linkify } from './linkify.js';
import { initialOf, shownName, tagOf, toneOf } from 'shared/appearance';
import { words } from 'shared/words';

/** The fields of a message that are shown; a draft has neither seq nor cursor. */
export type DisplayedMessage = Pick<NewMessage, 'id' | 'visitor' | 'username' | 'message' | 'at'> &
  Partial<Pick<NewMessage, 'seq' | 'cursor'>>;

/** Writes a message into its element; everything that people wrote is inserted as text. */
export function fillMessage(element: HTMLElement, message: DisplayedMessage, isMine: boolean): void {
  element.classList.toggle('mine', isMine);
  element.dataset.id = message.id;
  element.dataset.seq = String(message.seq ?? '');
  element.dataset.cursor = message.cursor ?? '';
  element.dataset.visitor = message.visitor;
  find(element, '.author').textContent = shownName(message.username, words.anonymous);
  find(element, '.tag').textContent = tagOf(message);
  find(element, '.bubble').textContent = message.message;
  find<HTMLTimeElement>(element, '.at').dateTime = message.at;
  fillAvatar(find(element, '.avatar'), message.visitor, message.username);
  enhanceMessage(element);
}

/** Adds the parts that the server can't render: times in the reader's time zone, links, large emoji. */
export function enhanceMessage(element: HTMLElement): void {
  const time = find<HTMLTimeElement>(element, '.at');
  const at = new Date(time.dateTime);
  time.textContent = formatTime(at);
  time.title = formatMoment(at);
  element.dataset.day = localDay(at);
  const bubble = find(element, '.bubble');
  const text = bubble.textContent;
  bubble.replaceChildren(...withLinks(text));
  bubble.classList.toggle('jumbo', isFewEmoji(text));
  bubble.classList.toggle('tall', mayNeedFolding(text));
}

/** Removes the text of a deleted message. */
export function eraseMessage(element: HTMLElement): void {
  element.classList.add('deleted');
  const bubble = find(element, '.bubble');
  bubble.classList.remove('jumbo', 'tall');
  removeFold(element);
  bubble.textContent = words.deleted;
}

/** Sets the colour and the initial of an avatar. */
export function fillAvatar(avatar: HTMLElement, visitor: string, username: string): void {
  avatar.dataset.tone = String(toneOf(visitor));
  avatar.textContent = initialOf(shownName(username, words.anonymous));
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
