/** Opens the repository around held-out code: its files by the rules of training data, indexed in memory. */

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { RepositoryFile } from "../../repository/buildSegment.ts";
import { openRepository } from "../../repository/repository.ts";
import { openSourceReader } from "../../sources/readSources.ts";
import { sourceFiles } from "../suites/heldOut.ts";
import type { EvaluationRepository } from "../context/contextOf.ts";

/**
 * @param source a folder, or a file of rows with paths
 * @throws UserError "suite-missing", "suite-format"
 */
export async function openEvaluationRepository(source: string, signal?: AbortSignal): Promise<EvaluationRepository> {
  const hash = createHash("sha256");
  const paths = new Map<string, string>();
  const repository = await openRepository(
    (async function* () {
      for await (const file of repositoryFiles(source)) {
        signal?.throwIfAborted();
        hash.update(JSON.stringify([file.path, file.text]));
        const own = contentHash(file.text);
        if (!paths.has(own)) paths.set(own, file.path);
        yield file;
      }
    })(),
  );
  return {
    name: basename(resolve(source)),
    hash: hash.digest("hex"),
    pathOf: (text) => paths.get(contentHash(text)),
    ask: (query) => Promise.resolve(repository.query(query)),
  };
}

/** Yields what an index in the editor would hold: no ignored files, no copies, none with secrets. */
async function* repositoryFiles(source: string): AsyncGenerator<RepositoryFile> {
  const isFolder = (await stat(source).catch(() => undefined))?.isDirectory() ?? false;
  for await (const file of isFolder ? openSourceReader(resolve(source)).read() : sourceFiles(source)) {
    if ("text" in file) yield { path: file.path, text: file.text };
  }
}

function contentHash(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
