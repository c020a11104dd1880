/** Opens the repository around held-out code: its files by the rules of the editor's index, in memory. */

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { RepositoryFile } from "../../repository/buildSegment.ts";
import { readRepository } from "../../repository/readRepository.ts";
import { openRepository } from "../../repository/repository.ts";
import { sourceFiles } from "../suites/heldOut.ts";
import type { EvaluationRepository } from "./contextOf.ts";

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

async function* repositoryFiles(source: string): AsyncGenerator<RepositoryFile> {
  const isFolder = (await stat(source).catch(() => undefined))?.isDirectory() ?? false;
  if (isFolder) return yield* readRepository(resolve(source));
  for await (const file of sourceFiles(source)) if ("text" in file) yield file;
}

function contentHash(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
