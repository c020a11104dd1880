/** The model that an adapter is to attach to. */

import type { ModelConfig } from "../../architectures/config.ts";

export interface AdapterHost {
  readonly name: string;
  readonly config: ModelConfig;
  /** Identity of its weights before they were rounded; absent where it is not known. */
  readonly identity?: string;
  /** OWNER/NAME on the hub, where it comes from there. */
  readonly repository?: string;
}
