/** Keeps the keyboard focus: a pressed button may disappear or be disabled after its action. */

import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * For a page's outermost component. When an update removes the focus, moves it to the element that `next` returns; if there is
 * none yet, tries again after the next update.
 */
export function useKeptFocus(next: () => HTMLElement | null | undefined): void {
  const isLost = useRef(false);
  const hadFocus = hasUsableFocus() || isLost.current;
  useLayoutEffect(() => {
    isLost.current = false;
    if (!hadFocus || hasUsableFocus()) return;
    const target = next();
    if (target) target.focus();
    else isLost.current = true;
  });
}

function hasUsableFocus(): boolean {
  return document.activeElement?.matches(":enabled") ?? false;
}
