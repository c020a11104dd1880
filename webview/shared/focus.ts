/** Keeps the focus of whoever uses the keyboard: what was pressed may be gone, or off, once it has done its work. */

import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * For a page's outermost component. When an update takes the focus away, it goes to what `next` finds; where that is
 * nothing yet, after a later update.
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
