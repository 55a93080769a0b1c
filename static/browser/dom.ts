/**
 * Returns the element that matches a selector.
 * @throws {Error} if there is none: the markup and the script do not fit together.
 */
export function find<E extends Element = HTMLElement>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`The page has no ${selector}.`);
  return found;
}

/** Returns a copy of the one element in a template. */
export function clone(template: HTMLTemplateElement): HTMLElement {
  return find(template.content, '*').cloneNode(true) as HTMLElement;
}
