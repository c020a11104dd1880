/** What the training view may send, checked: a webview is a web page, whatever it says. */

import * as z from "zod/mini";
import type { FromTraining, TrainingForm } from "../../../webview/protocol.ts";

const form = z.object({
  data: z.discriminatedUnion("kind", [
    z.object({ kind: z.enum(["workspace", "conala", "codealpacapy"]) }),
    z.object({ kind: z.literal("path"), path: z.string().check(z.minLength(1)) }),
  ]),
  method: z.discriminatedUnion("name", [
    z.object({ name: z.literal("lora"), rank: z.int().check(z.gte(1), z.lte(256)) }),
    z.object({ name: z.literal("ia3") }),
    z.object({ name: z.enum(["prefix", "prompt"]), virtualTokens: z.int().check(z.gte(1), z.lte(256)) }),
  ]),
  name: z.string(),
  epochs: z.optional(z.int().check(z.gte(1), z.lte(100))),
}) satisfies z.ZodMiniType<TrainingForm>;

/** A folder's name and no path: what comes after it is read, moved and removed. */
const name = z.string().check(
  z.regex(/^[^/\\]+$/),
  z.refine((text) => text !== "." && text !== ".."),
);

const message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("checkName"), name: z.string() }),
  z.object({ type: z.literal("chooseData"), kind: z.enum(["file", "folder"]) }),
  z.object({ type: z.literal("getCodeAlpacaPy") }),
  z.object({ type: z.literal("start"), form }),
  z.object({ type: z.literal("pause") }),
  z.object({ type: z.literal("finish") }),
  z.object({ type: z.enum(["resume", "keep", "discard"]), name }),
  z.object({ type: z.literal("dismiss") }),
  z.object({ type: z.literal("selectAdapter") }),
  z.object({ type: z.literal("showLeftOut") }),
  z.object({ type: z.literal("showLog") }),
]) satisfies z.ZodMiniType<FromTraining>;

/** @throws ZodError for anything that is not a message of the view. */
export function parseTrainingMessage(value: unknown): FromTraining {
  return message.parse(value);
}
