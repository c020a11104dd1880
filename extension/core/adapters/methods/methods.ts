/** The registry of training methods, in the order in which the editor offers them. */

import { full } from "./full.ts";
import { ia3 } from "./ia3.ts";
import { lora } from "./lora.ts";
import { prefix } from "./prefix.ts";
import { prompt } from "./prompt.ts";

export const methods = [lora, ia3, prompt, prefix, full] as const;
