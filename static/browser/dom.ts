/**
 * The element that the page is made with.
 * @throws {Error} if the page and the script have come apart.
 */
export function find<E extends Element = HTMLElement>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`The page has no ${selector}.`);
  return found;
}

/** A fresh copy of the one element in a template. */
export function clone(template: HTMLTemplateElement): HTMLElement {
  return find(template.content, '*').cloneNode(true) as HTMLElement;
}
