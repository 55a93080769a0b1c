import type { ChangeUsername, Person, Presence } from '../../server/wire.js';
import { clone, find } from '../browser/dom.js';
import { fillAvatar } from '../timeline/message.js';
import { shownName, tagOf } from 'shared/appearance';
import { words } from 'shared/words';

/** The list of the people in the room. */
export class People {
  private people: Person[];
  private readonly list = find(document, '#people');
  private readonly more = find(document, '#people-more');
  private readonly counts = [find(document, '#people-count'), find(document, '#open-panel-count')];
  private readonly template = find<HTMLTemplateElement>(document, '#person-template');

  constructor(private readonly me: Person) {
    this.people = [me];
  }

  /** Shows the people in the room, this visitor first. */
  show({ people, count }: Presence): void {
    const isMe = (person: Person) => Number(person.visitor === this.me.visitor);
    this.people = people.toSorted((a, b) => isMe(b) - isMe(a) || a.username.localeCompare(b.username));
    this.list.replaceChildren(...this.people.map((person) => this.createRow(person)));
    const unnamed = count - people.length;
    this.more.hidden = unnamed <= 0;
    this.more.textContent = words.andMore(unnamed);
    for (const element of this.counts) element.textContent = String(count);
  }

  /** Shows the new name of a person. */
  rename({ visitor, username }: ChangeUsername): void {
    const at = this.people.findIndex((person) => person.visitor === visitor);
    if (at < 0) return;
    const person = { visitor, username };
    this.people[at] = person;
    this.list.children[at]?.replaceWith(this.createRow(person));
  }

  private createRow(person: Person): HTMLElement {
    const row = clone(this.template);
    row.dataset.visitor = person.visitor;
    fillAvatar(find(row, '.avatar'), person.visitor, person.username);
    find(row, '.display-name').textContent = shownName(person.username, words.anonymous);
    find(row, '.tag').textContent = tagOf(person);
    find(row, '.you').hidden = person.visitor !== this.me.visitor;
    return row;
  }
}
