/** What the bases panel may send, checked: a webview is a web page, whatever it says. */

import * as z from "zod/mini";
import type { FromBases } from "../../../webview/protocol.ts";

const text = z.string().check(z.minLength(1));

const message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("add") }),
  z.object({ type: z.literal("import"), source: text }),
  z.object({ type: z.literal("cancel") }),
  z.object({ type: z.literal("dismiss") }),
  z.object({ type: z.literal("use"), name: text }),
  z.object({ type: z.literal("remove"), name: text }),
  z.object({ type: z.literal("showLog") }),
]) satisfies z.ZodMiniType<FromBases>;

/** @throws ZodError for anything that is not a message of the view. */
export function parseBasesMessage(value: unknown): FromBases {
  return message.parse(value);
}
