/** Keeps the keyboard focus near the user's last action: a pressed button may disappear or be disabled after it. */

import { useLayoutEffect, useRef } from "preact/hooks";

/** A focused element, and its place among others from the inside out. */
interface Place {
  readonly element: Element;
  readonly levels: readonly { readonly parent: Element; readonly siblings: readonly Element[] }[];
}

const focusable = ":is(button, input, select, textarea, summary):not(:disabled)";

/**
 * For a page's outermost component. When an update removes the focused element, moves the focus to a neighbour like it, such as the same
 * button of the next row; else to a near element in the same form; else to the element that `next` returns, or, without `next`, to the
 * nearest remaining element. If the focused element is only disabled, moves the focus to the element of `next`. If there is no such element
 * yet, tries again after the next update.
 */
export function useKeptFocus(next?: () => HTMLElement | null | undefined): void {
  const waiting = useRef<Place | undefined>(undefined);
  const place = focusedPlace() ?? waiting.current;
  useLayoutEffect(() => {
    waiting.current = undefined;
    if (!place || isElsewhere(place)) return;
    const { element } = place;
    if (element.matches(":enabled") && element.isConnected) return focus(element);
    const near = element.isConnected ? undefined : (likeOf(place) ?? nearest(place, next && "form *"));
    const target = near ?? next?.();
    if (target) focus(target);
    else waiting.current = place;
  });
}

function focus(element: Element): void {
  if (element !== document.activeElement) (element as HTMLElement).focus();
}

function focusedPlace(): Place | undefined {
  const element = document.activeElement;
  if (!element?.matches(":enabled")) return undefined;
  const levels: Place["levels"][number][] = [];
  for (let child: Element = element; child.parentElement; child = child.parentElement) {
    const all = [...child.parentElement.children];
    const at = all.indexOf(child);
    // The next ones first, then the previous ones.
    levels.push({ parent: child.parentElement, siblings: [...all.slice(at + 1), ...all.slice(0, at).reverse()] });
  }
  return { element, levels };
}

/** Whether the user has moved on to another element. */
function isElsewhere({ element }: Place): boolean {
  const now = document.activeElement;
  return now !== null && now !== document.body && now !== element;
}

/** Returns an element with the same tag and text in a sibling of the removed one. */
function likeOf(place: Place): Element | undefined {
  const { tagName, textContent } = place.element;
  const isLike = (one: Element): boolean => one.tagName === tagName && one.textContent === textContent;
  if (textContent === "") return undefined;
  return place.levels
    .find(({ parent }) => parent.isConnected)
    ?.siblings.filter(({ isConnected }) => isConnected)
    .flatMap((sibling) => [...sibling.querySelectorAll(focusable)])
    .find(isLike);
}

/** Returns a remaining element in the innermost parent of the place that matches `within` and has one. */
function nearest({ levels }: Place, within = "*"): Element | undefined {
  for (const { parent } of levels) {
    if (!parent.isConnected || !parent.matches(within)) continue;
    const found = parent.querySelector("button.primary:enabled") ?? parent.querySelector(focusable);
    if (found) return found;
  }
  return undefined;
}
