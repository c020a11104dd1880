/** Reads the Python sources of a project as training texts, and reports the files that are left out. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { openPythonParser, type PythonParser } from "../python/pythonParser.ts";
import { pythonFiles, type WalkOptions } from "./pythonFiles.ts";
import { readPythonSource, type SourceText, type UnfitSource } from "./pythonSource.ts";
import { lineOfSecret } from "./secrets.ts";

export type FoundSource = { readonly path: string } & (SourceText | UnfitSource);

export interface SourceReader {
  /**
   * Reads the files again on each call, in the order of their paths. Reports files outside the author's code to
   * `onSkipped`.
   */
  read(onSkipped?: WalkOptions["onSkipped"]): AsyncGenerator<FoundSource>;
}

export interface SourceReaderOptions extends Pick<WalkOptions, "except"> {
  /** Keeps files that are not valid Python, as many are while they are written. Parsing takes most of the time. */
  readonly keepUnparsable?: boolean;
}

/** Returns a reader of `folder` with paths relative to it. Between calls it keeps only hashes and verdicts. */
export function openSourceReader(folder: string, options: SourceReaderOptions = {}): SourceReader {
  const judge = sourceJudge(options.keepUnparsable);
  return {
    async *read(onSkipped) {
      /** The first path by the hash of its content. */
      const paths = new Map<string, string>();
      for await (const path of pythonFiles(folder, { ...options, onSkipped })) {
        yield { path, ...(await judge(join(folder, path), path, paths)) };
      }
    },
  };
}

/** Reads one file that the user named, even if it is ignored or foreign. Files with secrets are still refused. */
export async function readNamedSource(path: string): Promise<SourceText | UnfitSource> {
  return await sourceJudge()(path, path, new Map());
}

type Judge = (at: string, path: string, seen: Map<string, string>) => Promise<SourceText | UnfitSource>;

/**
 * Returns a function that reads a file and judges whether it is fit for training. Equal contents are parsed and
 * searched once.
 */
function sourceJudge(keepUnparsable = false): Judge {
  const verdicts = new Map<string, UnfitSource | undefined>();
  let parser: Promise<PythonParser> | undefined;
  const verdictOn = async (text: string): Promise<UnfitSource | undefined> => {
    const line = await lineOfSecret(text);
    if (line !== undefined) return { unfit: `The file contains a secret in line ${line}.`, reason: "secret" };
    if (keepUnparsable) return undefined;
    const [problem] = (await (parser ??= openPythonParser())).problems(text);
    if (problem)
      return { unfit: `The file is not valid Python: line ${problem.line} does not parse.`, reason: "unparsable" };
    return undefined;
  };
  return async (at, path, seen) => {
    const source = await readPythonSource(at).catch((error: unknown): UnfitSource => {
      const why = error instanceof Error ? error.message : String(error);
      return { unfit: `The file cannot be read: ${why}.`, reason: "unreadable" };
    });
    if ("unfit" in source) return source;
    const hash = createHash("sha256").update(source.text).digest("base64").slice(0, 22);
    const twin = seen.get(hash);
    if (twin !== undefined) return { unfit: `The file is the same as ${twin}.`, reason: "duplicate" };
    seen.set(hash, path);
    if (!verdicts.has(hash)) verdicts.set(hash, await verdictOn(source.text));
    return verdicts.get(hash) ?? source;
  };
}
