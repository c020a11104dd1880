/** Reads a folder of Python files as training texts: its author's code, without files of tools and without secrets. */

import { openSourceReader, type ReaderOptions } from "../sources/readSources.ts";
import type { Dataset } from "./example.ts";

/**
 * Reads the .py files under `folder`, in the order of their paths. Unusable files are problems. Files outside of the author's
 * code, such as in an environment, are skipped silently. `onSkipped` receives both.
 */
export function pythonExamples(folder: string, options: ReaderOptions = {}): Dataset["examples"] {
  const reader = openSourceReader(folder, options);
  return async function* (onSkipped) {
    for await (const source of reader.read(onSkipped)) {
      if ("text" in source) yield { kind: "text", text: source.text, path: source.path };
      else {
        onSkipped?.({ path: source.path, reason: source.reason });
        yield { where: source.path, message: source.unfit };
      }
    }
  };
}
