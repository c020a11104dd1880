/** What screen readers announce in a component's output. */

import type { ComponentChildren } from "preact";

/** Returns the text of its live regions, without that of inner components. */
export function liveText(node: ComponentChildren, isLive = false): string {
  if (Array.isArray(node)) return node.map((child) => liveText(child, isLive)).join("");
  if (typeof node === "string" || typeof node === "number") return isLive ? String(node) : "";
  if (typeof node !== "object" || node === null || !("props" in node)) return "";
  const { role, "aria-live": live, children } = node.props as Record<string, unknown>;
  return liveText(children as ComponentChildren, isLive || live === "polite" || role === "alert" || role === "status");
}
