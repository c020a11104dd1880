/** graft evaluate: what of it, by what the suite asks for. */

import type { Mode } from "../../core/evaluation/runs/request.ts";
import type { ProtocolName } from "../../core/evaluation/protocols/protocols.ts";
import { suiteKind } from "../../core/evaluation/suites/suiteKind.ts";
import { UserError } from "../../core/foundation/errors.ts";
import type { AdapterFlag } from "./complete.ts";
import type { Context } from "../context.ts";
import { evaluateFillsCommand } from "./evaluateFills.ts";
import { evaluateTasksCommand } from "./evaluateTasks.ts";

export interface EvaluateFlags {
  readonly base: string;
  readonly adapter: readonly AdapterFlag[];
  readonly baseline: readonly string[];
  readonly suite: string;
  readonly limit?: number;
  /** The first alone, where nothing but spots is drawn. */
  readonly seed: readonly number[];
  readonly predictions?: string;
  /** Of gaps. */
  readonly ngram?: string;
  /** Of tasks. */
  readonly protocol?: ProtocolName;
  readonly mode?: Mode;
  readonly shots?: number;
  readonly examples?: string;
  readonly encoder?: string;
  readonly greedy?: true;
  readonly beams?: number;
  readonly samples?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly allowCodeExecution?: true;
  readonly withoutSandbox?: true;
  readonly fresh?: true;
}

const ofTasks = [
  ...([
    "protocol",
    "mode",
    "shots",
    "examples",
    "encoder",
    "greedy",
    "beams",
    "samples",
    "temperature",
    "topP",
  ] as const),
  ...(["allowCodeExecution", "withoutSandbox", "fresh"] as const),
];

export async function evaluateCommand(flags: EvaluateFlags, context: Context): Promise<void> {
  const { signal, places } = context;
  const kind = await suiteKind(flags.suite, { ...places, signal });
  const astray = kind === "fills" ? ofTasks : (["ngram"] as const);
  const given = astray.find((name) => flags[name] !== undefined);
  if (given !== undefined) {
    const flag = `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const message = `Cannot use ${flag} with the suite ${flags.suite}: it is one of ${kind === "fills" ? "gaps" : "tasks"}.`;
    throw new UserError("option-invalid", message, "Leave it out.");
  }
  await (kind === "fills" ? evaluateFillsCommand(flags, context) : evaluateTasksCommand(flags, context));
}
