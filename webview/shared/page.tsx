/** Puts a page's components on screen. */

import { render, type ComponentChildren } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { Host } from "./host.ts";

/** Renders into a separate element, because the body also contains the scripts and the texts. */
export function showPage(page: ComponentChildren): void {
  const element = document.createElement("div");
  document.body.append(element);
  render(page, element);
}

/** Passes every message of the extension to `receive`, and requests the initial state. */
export function useMessages<In, Kept>(host: Host<{ type: "ready" }, In, Kept>, receive: (message: In) => void): void {
  useLayoutEffect(() => {
    host.onMessage(receive);
    host.post({ type: "ready" });
    // A page has one host and one state for its whole life.
  }, []);
}
