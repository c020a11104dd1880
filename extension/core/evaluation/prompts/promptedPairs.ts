/** Prompts of pairs by a protocol, with or without examples. */

import type { Examples } from "./examples.ts";
import type { Protocol } from "../protocols/protocol.ts";
import type { PairTask } from "../suites/pairTasks.ts";
import type { Tasks } from "../suites/tasks.ts";
import type { PromptedSuite } from "./promptedSuite.ts";

/**
 * Writes the prompts of a suite of pairs.
 *
 * @param examples the examples for each intent; none means zero-shot, undefined means a model that was trained on such tasks
 */
export function promptedPairs(
  { each, ...suite }: Tasks<PairTask>,
  protocol: Protocol,
  examples: Pick<Examples, "of"> | undefined,
): PromptedSuite {
  const promptsOf = async (intent: string): Promise<string[]> => {
    const shown = await examples?.of(intent);
    if (!shown || protocol.givesWay === "start") return [protocol.prompt(intent, shown)];
    return Array.from({ length: shown.length + 1 }, (_, less) =>
      protocol.prompt(intent, shown.slice(0, shown.length - less)),
    );
  };
  const { stops, maxNewTokens, gap, prediction } = protocol;
  return {
    ...suite,
    stops,
    maxNewTokens,
    gap,
    each: async function* () {
      for await (const { id, intent, code } of each()) {
        const expected = { reference: protocol.reference(code) };
        yield { id, intent, prompts: await promptsOf(intent), prediction, expected };
      }
    },
  };
}
