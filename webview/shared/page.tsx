/** Puts a page's components on screen. */

import { render, type ComponentChildren } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { Host } from "./host.ts";

/** In an element of its own: the body holds the scripts and the texts, too. */
export function showPage(page: ComponentChildren): void {
  const element = document.createElement("div");
  document.body.append(element);
  render(page, element);
}

/** Hands every message of the extension to `receive`, and asks it for all that a new page must know. */
export function useMessages<In, Kept>(host: Host<{ type: "ready" }, In, Kept>, receive: (message: In) => void): void {
  useLayoutEffect(() => {
    host.onMessage(receive);
    host.post({ type: "ready" });
    // A page has one host and one state for as long as it lives.
  }, []);
}
