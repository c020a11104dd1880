/** A folder of Python files as training texts: what its author wrote, without what tools put there, and without secrets. */

import { openSourceReader } from "../sources/readSources.ts";
import type { WalkOptions } from "../sources/pythonFiles.ts";
import type { Dataset } from "./example.ts";

/**
 * Reads the .py files under `folder`, in the order of their paths. Those that are unfit are problems; what lies where its
 * author's code does not, such as in an environment, is passed over. `onSkipped` hears of both.
 */
export function pythonExamples(folder: string, options: Pick<WalkOptions, "except"> = {}): Dataset["examples"] {
  const reader = openSourceReader(folder, options);
  return async function* (onSkipped) {
    for await (const source of reader.read(onSkipped)) {
      if ("text" in source) yield { kind: "text", text: source.text };
      else {
        onSkipped?.({ path: source.path, reason: source.reason });
        yield { where: source.path, message: source.unfit };
      }
    }
  };
}
