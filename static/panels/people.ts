import type { ChangeUsername, Person, Presence } from '../../server/wire.js';
import { clone, find } from '../browser/dom.js';
import { fillAvatar } from '../timeline/message.js';
import { tagOf } from '../timeline/tag.js';

/** Who is here. */
export class People {
  private people: Person[];
  private readonly list = find(document, '#people');
  private readonly more = find(document, '#people-more');
  /** They say how many there are. */
  private readonly counts = [find(document, '#people-count'), find(document, '#open-panel-count')];
  private readonly template = find<HTMLTemplateElement>(document, '#person-template');

  constructor(private readonly me: Person) {
    this.people = [me];
  }

  /** Shows who is here now: oneself first. */
  show({ people, count }: Presence): void {
    const mine = (person: Person) => Number(person.visitor === this.me.visitor);
    this.people = people.toSorted((a, b) => mine(b) - mine(a) || a.username.localeCompare(b.username));
    this.list.replaceChildren(...this.people.map((person) => this.createRow(person)));
    const unnamed = count - people.length;
    this.more.hidden = unnamed <= 0;
    this.more.textContent = `and ${unnamed} more`;
    for (const element of this.counts) element.textContent = String(count);
  }

  /** Shows somebody under another name. */
  rename({ visitor, username }: ChangeUsername): void {
    const at = this.people.findIndex((person) => person.visitor === visitor);
    if (at < 0) return;
    const person = { visitor, username };
    this.people[at] = person;
    this.list.children[at]?.replaceWith(this.createRow(person));
  }

  private createRow(person: Person): HTMLElement {
    const line = clone(this.template);
    line.dataset.visitor = person.visitor;
    fillAvatar(find(line, '.avatar'), person.visitor, person.username);
    find(line, '.who').textContent = person.username;
    find(line, '.tag').textContent = tagOf(person);
    find(line, '.you').hidden = person.visitor !== this.me.visitor;
    return line;
  }
}
