/** The sandbox of this machine, for its tests. Without one, they say so. */

import { english } from "../../../../extension/core/foundation/words/said.ts";
import { findSandbox } from "../../../../extension/core/evaluation/sandbox/findSandbox.ts";
import type { Checks } from "../../../../extension/core/evaluation/suites/executionTasks.ts";

export const found = await findSandbox({ unprotected: true }).catch((error: unknown) => {
  console.warn(`Nothing runs programs here: ${String(error)}`);
  return undefined;
});
if (found?.kind === "none")
  console.warn(`Tests of the sandbox are left out: ${english(found.why)}. ${english(found.nextStep)}`);
export const isShutIn = found?.kind === "bubblewrap";

/** Checks that a program passes if it runs to its end. */
export const comesToItsEnd: Checks = { kind: "program", code: "" };
