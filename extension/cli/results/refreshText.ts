/** What a refresh changed, as the list of refreshes has it. */

import { signed } from "../../core/foundation/numbers/signed.ts";
import { counted } from "../../core/foundation/words/quantities.ts";
import type { Refresh } from "../../core/training/refresh/refreshLog.ts";
import { rightLines } from "../../core/training/refresh/rightLines.ts";

/** Returns a difference, because each refresh is tried on other lines: shares of two rows would not compare. */
export function changeText(refresh: Pick<Refresh, "lines" | "bodies" | "decidedBy">): string {
  const { bodies, decidedBy } = refresh;
  if (bodies && decidedBy === "bodies") {
    return `${signed(bodies.after - bodies.before, 1)} points of likeness at ${counted(bodies.count, "body", { many: "bodies" })}`;
  }
  const lines = rightLines(refresh);
  return lines ? `${signed(lines.after - lines.before)} of ${counted(lines.of, "line")} right` : "";
}
