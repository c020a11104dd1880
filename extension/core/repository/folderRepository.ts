/**
 * The index of a folder: follows its files and the unsaved documents among them, and is kept on disk.
 *
 * Knows when files have changed only from its caller. Asks the rules of core/sources about every file and every text.
 */

import { realpath } from "node:fs/promises";
import pLimit from "p-limit";
import { changeRules, openFolderFiles, type FileChange, type FolderFiles } from "./folderFiles.ts";
import { emptyRepository, repositoryLimits } from "./repository.ts";
import type { Repository, RepositoryLimits, RepositorySize } from "./repository.ts";
import type { RepositoryAnswer, RepositoryQuery } from "./repositoryQuery.ts";
import { openRepositoryStore, type StoredRepository } from "./storage/repositoryStore.ts";

export interface FolderRepository {
  /** Returns an empty answer from the moment that {@link FolderRepository.reread} learns of changed rules until they are applied. */
  query(query: RepositoryQuery): RepositoryAnswer;
  /**
   * Rereads files that were saved, created, deleted or renamed, by their paths relative to the folder. Looks at all files if a
   * folder or ignore rules are among the paths, or if there are no paths.
   */
  reread(paths?: readonly string[]): Promise<void>;
  /** Takes the text of a document that differs from its file; undefined once the two agree. */
  setUnsaved(path: string, text: string | undefined): Promise<void>;
  /** Merges small segments, and writes what has changed to disk; unsaved texts stay in memory. */
  save(): Promise<void>;
  readonly size: RepositorySize;
}

export interface FolderRepositoryOptions {
  /** The root. */
  readonly folder: string;
  /** The folder with the indexes of all folders. */
  readonly home: string;
  /** The real paths of other roots inside this one. */
  readonly except?: ReadonlySet<string>;
  readonly onProgress?: (done: number, total: number) => void;
  readonly limits?: RepositoryLimits;
}

/** Beyond this many paths it is faster to look at all files. */
const mostSingly = 200;

/** Opens the index, and returns once all files have been read. The texts of unchanged files come from the index on disk. */
export async function openFolderRepository(options: FolderRepositoryOptions): Promise<FolderRepository> {
  const { folder, home, except = new Set(), onProgress, limits = repositoryLimits } = options;
  const root = await realpath(folder);
  const store = openRepositoryStore(home, root);
  const repository = await emptyRepository(limits);
  const files = openFolderFiles(root, except);
  const unsaved = new Map<string, string>();
  /** Files that must not be read. */
  const forbidden = new Set<string>();
  const inTurn = pLimit(1);
  let isChanged = false;
  const silence = createSilence();

  const apply = (changes: readonly FileChange[], isUnsaved = false): void => {
    const isNews = follow(forbidden, changes);
    repository.updateAll(changes, isUnsaved);
    for (const { path } of changes) {
      const file = files.known.get(path);
      if (file) files.known.set(path, { ...file, hash: repository.hashOf(path) ?? null });
    }
    // Once a file is ignored or holds a secret, none of its earlier text may stay in memory or on disk: neither the last text, nor
    // an older one, nor the same text under another name.
    if (isNews) repository.forget();
    isChanged ||= changes.length > 0;
  };
  /** Calls `judged` once the index holds nothing that must not be read. */
  const readAll = async (judged?: () => void): Promise<void> => {
    const paths = (await files.list()).filter((path) => !unsaved.has(path));
    const listed = new Set(paths);
    const gone = [...files.known.keys()].filter((path) => !listed.has(path) && !unsaved.has(path));
    apply(await Promise.all(gone.map((path) => files.gone(path))));
    for (const [path, text] of unsaved) apply([await files.readDocument(path, text)], true);
    judged?.();
    for await (const changes of files.readMany(paths, limits.segment, onProgress)) apply(changes);
  };
  const reread = async (paths: readonly string[] | undefined, judged?: () => void): Promise<void> => {
    const single = [...new Set(paths)].filter((path) => path.endsWith(".py") && !unsaved.has(path));
    if (!paths || single.length > mostSingly || (await files.standForMany(paths))) return readAll(judged);
    const changes = single.map((path) => files.readIfAllowed(path));
    apply((await Promise.all(changes)).filter((change) => change !== undefined));
  };
  const setUnsaved = async (path: string, text: string | undefined): Promise<void> => {
    if (text === undefined) {
      unsaved.delete(path);
      return reread([path]);
    }
    unsaved.set(path, text);
    apply([await files.readDocument(path, text)], true);
  };
  const save = async (): Promise<void> => {
    if (!isChanged) return;
    isChanged = false;
    repository.compact((path) => unsaved.has(path));
    const saved = repository.parts.filter((part) => !part.isUnsaved);
    try {
      await store.write({ files: files.known, segments: saved.map(({ segment }) => segment) });
    } catch (error) {
      // The files on disk may still hold text that must be removed, so the next call has to write.
      isChanged = true;
      throw error;
    }
  };

  restore(await store.read(), repository, files);
  await readAll();
  return {
    query: (query) => (silence.isOn ? emptyAnswer(query) : repository.query(query)),
    get size() {
      return repository.size;
    },
    async reread(paths) {
      const end = paths && changeRules(paths) ? silence.begin() : undefined;
      await inTurn(() => reread(paths, end)).finally(end);
    },
    setUnsaved: (path, text) => inTurn(() => setUnsaved(path, text)),
    save: () => inTurn(save),
  };
}

/** Updates `forbidden`, and returns whether a file has become forbidden. */
function follow(forbidden: Set<string>, changes: readonly FileChange[]): boolean {
  const isNews = changes.some(({ path, isForbidden }) => isForbidden && !forbidden.has(path));
  for (const { path, isForbidden } of changes) {
    if (isForbidden) forbidden.add(path);
    else forbidden.delete(path);
  }
  return isNews;
}

interface Silence {
  readonly isOn: boolean;
  /** Returns the function that ends it. */
  begin(): () => void;
}

/** Silences may overlap. */
function createSilence(): Silence {
  const running = new Set<symbol>();
  return {
    get isOn() {
      return running.size > 0;
    },
    begin() {
      const own = Symbol("silence");
      running.add(own);
      return () => void running.delete(own);
    },
  };
}

function emptyAnswer({ edited, shown }: RepositoryQuery): RepositoryAnswer {
  return { definitions: [], similar: [], copies: [], ...(edited && { edited: [] }), ...(shown && { gone: shown }) };
}

/** Restores what is on disk: segments, the files that they hold, and the files that the rules leave out. */
function restore(stored: StoredRepository, repository: Repository, { known }: FolderFiles): void {
  const hashes = new Set(stored.segments.flatMap((segment) => segment.files.map(({ hash }) => hash)));
  for (const [path, file] of stored.files) if (file.hash === null || hashes.has(file.hash)) known.set(path, file);
  repository.restore(
    stored.segments,
    [...known].flatMap(([path, { hash }]) => (hash === null ? [] : [[path, hash] as const])),
  );
}
