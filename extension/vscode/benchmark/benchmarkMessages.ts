/** What the benchmark panel may send, checked: a webview is a web page, whatever it says. */

import * as z from "zod/mini";
import type { EvaluationForm, FromBenchmark } from "../../../webview/protocol.ts";

const text = z.string().check(z.minLength(1));

const form = z.object({
  suite: z.discriminatedUnion("kind", [
    z.object({ kind: z.enum(["conala", "codealpacapy"]) }),
    z.object({ kind: z.enum(["file", "folder"]), path: text }),
  ]),
  adapter: z.string(),
  mode: z.enum(["zero-shot", "icl", "rag", "trained"]),
  shots: z.int().check(z.gte(1), z.lte(100)),
  examples: z.string(),
  protocol: z.enum(["graft", "paper-v2", "paper-v3"]),
  limit: z.exactOptional(z.int().check(z.gte(1))),
  seed: z.int(),
}) satisfies z.ZodMiniType<EvaluationForm>;

const message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("chooseFile"), what: z.enum(["suite", "folder", "examples"]) }),
  z.object({ type: z.literal("getCodeAlpacaPy") }),
  z.object({ type: z.literal("start"), form }),
  z.object({ type: z.literal("cancel") }),
  z.object({ type: z.literal("dismiss") }),
  z.object({ type: z.literal("compare"), first: text, second: text }),
  z.object({ type: z.literal("closeComparison") }),
  z.object({ type: z.literal("export"), runs: z.array(text) }),
  z.object({ type: z.literal("showLog") }),
]) satisfies z.ZodMiniType<FromBenchmark>;

/** @throws ZodError for anything that is not a message of the view. */
export function parseBenchmarkMessage(value: unknown): FromBenchmark {
  return message.parse(value);
}
