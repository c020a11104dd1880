/** The environment in which this machine runs a model's programs. */

import type { Said } from "../../foundation/words/said.ts";
import type { Python } from "./bubblewrap.ts";

export type Sandbox =
  | { readonly kind: "bubblewrap"; readonly python: Python; readonly bubblewrap: string }
  /** Programs would run with all rights of the user. `why` is a clause; `nextStep` says how to get a sandbox. */
  | { readonly kind: "none"; readonly python: Python | undefined; readonly why: Said; readonly nextStep: Said };
