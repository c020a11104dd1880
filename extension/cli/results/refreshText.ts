/** Shows as text what a refresh changed, as in the list of refreshes. */

import { signed } from "../../core/foundation/numbers/signed.ts";
import { counted } from "../../core/foundation/words/quantities.ts";
import type { Refresh } from "../../core/training/refresh/refreshLog.ts";
import { rightLines } from "../../core/training/refresh/rightLines.ts";

/** Returns a difference instead of two shares, because each refresh is tried on other lines, so shares of different rows do not compare. */
export function changeText(refresh: Pick<Refresh, "lines" | "bodies" | "decidedBy">): string {
  const { bodies, decidedBy } = refresh;
  if (bodies && decidedBy === "bodies") {
    return `${signed(bodies.after - bodies.before, 1)} points of likeness at ${counted(bodies.count, "body", { many: "bodies" })}`;
  }
  const lines = rightLines(refresh);
  return lines ? `${signed(lines.after - lines.before)} of ${counted(lines.of, "line")} right` : "";
}
