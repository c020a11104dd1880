/** Reads the Python sources of a project as training texts, and reports the files that are left out. */

import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import type { Links } from "../foundation/plainFile.ts";
import { say } from "../foundation/words/said.ts";
import { openPythonParser, type PythonParser } from "../python/pythonParser.ts";
import { pythonFiles, type WalkOptions } from "./pythonFiles.ts";
import { hasFile, readIncluded, type Included } from "./included.ts";
import type { SkipReason, Skipped } from "./skipped.ts";
import { readPythonSource, unfitText, type FitSource, type UnfitSource } from "./pythonSource.ts";
import { lineOfSecret } from "./secrets/secrets.ts";

export type FoundSource = { readonly path: string } & (FitSource | UnfitSource);

export interface SourceReader {
  /**
   * Reads the files again on each call, in the order of their paths. Reports files outside the author's code to
   * `onSkipped`.
   */
  read(onSkipped?: WalkOptions["onSkipped"]): AsyncGenerator<FoundSource>;
}

export interface ReaderOptions extends Pick<WalkOptions, "except"> {
  /** Reasons and files to include despite the rules, as {@link readIncluded} reads them. */
  readonly include?: readonly string[] | undefined;
}

/**
 * Returns a reader of `folder` with paths relative to it. Between calls it keeps only hashes and verdicts.
 *
 * @throws UserError "option-invalid" for what cannot be included
 */
export function openSourceReader(folder: string, { include, ...options }: ReaderOptions = {}): SourceReader {
  const included = readIncluded(include);
  const judge = sourceJudge("refuse", included);
  return {
    async *read(onSkipped) {
      /** The first path by the hash of its content. */
      const seen = new Map<string, string>();
      const left = new Set(included.files);
      const skipped = (file: Skipped): void => {
        if (!left.has(file.path)) onSkipped?.(file);
      };
      for await (const path of pythonFiles(folder, { ...options, onSkipped: onSkipped && skipped })) {
        left.delete(path);
        yield { path, ...(await judge(join(folder, path), path, seen)) };
      }
      // Named files that the walk left out because of their places.
      for (const path of left) {
        if (await hasFile(folder, path)) yield { path, ...(await judge(join(folder, path), path, seen)) };
      }
    },
  };
}

/** Reads one file that the user named, even if it is ignored or foreign. Files with secrets are still refused. */
export async function readNamedSource(path: string): Promise<FitSource | UnfitSource> {
  return await sourceJudge("follow")(path, path, new Map());
}

/**
 * Reads a file that the user is working on, for the repository index. The rules of training apply, except that the text may be a
 * copy and need not parse: few texts do while they are being written.
 */
export async function readCurrentSource(path: string, links: Links = "refuse"): Promise<FitSource | UnfitSource> {
  const source = await readOrReason(path, links);
  return "unfit" in source ? source : ((await secretIn(source.text)) ?? source);
}

/** Does the same for a document that may be unsaved; `path` only gives its name. */
export async function judgeCurrentText(path: string, text: string): Promise<FitSource | UnfitSource> {
  const plain = text.replaceAll(/\r\n?/g, "\n");
  return unfitText(plain, basename(path)) ?? (await secretIn(plain)) ?? { text: plain };
}

async function readOrReason(
  path: string,
  links: Links,
  takes?: (reason: SkipReason) => boolean,
): Promise<FitSource | UnfitSource> {
  return await readPythonSource(path, links, takes).catch((error: unknown): UnfitSource => {
    const why = error instanceof Error ? error.message : String(error);
    return { unfit: say`The file cannot be read: ${why}.`, reason: "unreadable" };
  });
}

async function secretIn(text: string): Promise<UnfitSource | undefined> {
  const line = await lineOfSecret(text);
  return line === undefined ? undefined : { unfit: say`The file contains a secret in line ${line}.`, reason: "secret" };
}

type Judge = (at: string, path: string, seen: Map<string, string>) => Promise<FitSource | UnfitSource>;

/**
 * Returns a function that reads a file and judges whether it is fit for training. Equal contents are parsed and
 * searched once.
 */
function sourceJudge(links: Links, included: Included = readIncluded()): Judge {
  const verdicts = new Map<string, UnfitSource | undefined>();
  let parser: Promise<PythonParser> | undefined;
  const verdictOn = async (text: string): Promise<UnfitSource | undefined> => {
    const secret = await secretIn(text);
    if (secret) return secret;
    const [problem] = (await (parser ??= openPythonParser())).problems(text);
    if (problem)
      return { unfit: say`The file is not valid Python: line ${problem.line} does not parse.`, reason: "unparsable" };
    return undefined;
  };
  return async (at, path, seen) => {
    const takes = (reason: SkipReason): boolean => included.takes(path, reason);
    const source = await readOrReason(at, links, takes);
    if ("unfit" in source) return source;
    const hash = createHash("sha256").update(source.text).digest("base64").slice(0, 22);
    const twin = seen.get(hash);
    if (twin !== undefined && !takes("duplicate"))
      return { unfit: say`The file is the same as ${twin}.`, reason: "duplicate" };
    if (twin === undefined) seen.set(hash, path);
    if (!verdicts.has(hash)) verdicts.set(hash, await verdictOn(source.text));
    const verdict = verdicts.get(hash);
    return verdict && !takes(verdict.reason) ? verdict : source;
  };
}
