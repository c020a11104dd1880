/** What programs of a model run in on this machine. */

import type { Python } from "./bubblewrap.ts";

export type Sandbox =
  | { readonly kind: "bubblewrap"; readonly python: Python; readonly bubblewrap: string }
  /** Programs would run with all rights of the user. `why` is a clause; `nextStep` says how to get a sandbox. */
  | { readonly kind: "none"; readonly python: Python | undefined; readonly why: string; readonly nextStep: string };
