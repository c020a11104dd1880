/** The model that an adapter attaches to. */

import type { ModelConfig } from "../../architectures/config.ts";

export interface AdapterHost {
  readonly name: string;
  readonly config: ModelConfig;
  /** Identity of its weights before rounding; absent if unknown. */
  readonly identity?: string;
  /** OWNER/NAME on the hub, if the model comes from there. */
  readonly repository?: string;
}
