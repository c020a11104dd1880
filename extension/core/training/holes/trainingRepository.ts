/** Indexes the files that may precede training requests, by the rules of the editor's index and without held-out files. */

import { resolve } from "node:path";
import { indexFiles, type IndexedRepository } from "../../completion/context/indexedRepository.ts";
import type { RepositoryFile } from "../../repository/buildSegment.ts";
import { readRepository } from "../../repository/readRepository.ts";

export type Repository = IndexedRepository;

export async function openTrainingRepository(
  folder: string,
  isHeldOut: (file: RepositoryFile) => boolean,
  signal?: AbortSignal,
): Promise<Repository> {
  async function* kept(): AsyncGenerator<RepositoryFile> {
    for await (const file of readRepository(resolve(folder))) if (!isHeldOut(file)) yield file;
  }
  return await indexFiles(folder, kept(), signal);
}
