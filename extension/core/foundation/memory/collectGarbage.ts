/** Has V8 collect its garbage now, whatever flags the process was started with. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  // Only contexts that are made from now on have it.
  (runInNewContext("gc") as () => void)();
}
