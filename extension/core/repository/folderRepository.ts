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
  /** Empty from the moment that {@link FolderRepository.reread} hears of other rules until they are applied. */
  query(query: RepositoryQuery): RepositoryAnswer;
  /**
   * Reads files again that were saved, created, deleted or renamed: by their paths, relative to the folder. Where a folder or
   * ignore rules are among them, and without paths, it looks at all files.
   */
  reread(paths?: readonly string[]): Promise<void>;
  /** Takes the text of a document that differs from its file; undefined once it does not. */
  setUnsaved(path: string, text: string | undefined): Promise<void>;
  /** Merges small segments, and writes what has changed to disk; unsaved texts stay in memory. */
  save(): Promise<void>;
  readonly size: RepositorySize;
}

export interface FolderRepositoryOptions {
  /** The root. */
  readonly folder: string;
  /** Holds the indexes of all folders on disk. */
  readonly home: string;
  /** The real paths of other roots inside. */
  readonly except?: ReadonlySet<string>;
  readonly onProgress?: (done: number, total: number) => void;
  readonly limits?: RepositoryLimits;
}

/** Beyond this many paths it is faster to look at all files. */
const mostSingly = 200;

/** Returns once all files have been read; of those that have not changed, the texts come from the index on disk. */
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
    // What a file said before it was ignored, or held a secret, must not lie about in memory or on disk: neither its last text
    // nor an older one, nor the one under another name.
    if (isNews) repository.forget();
    isChanged ||= changes.length > 0;
  };
  /** `judged` is called once nothing is held any more that may not be read. */
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
      // What is on disk may hold what must go.
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

/** Returns whether a file must not be read any more. */
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
  /** Returns what ends it. */
  begin(): () => void;
}

/** Several may overlap. */
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

/** Takes what is on disk: segments, the files that they hold, and the files that the rules leave out. */
function restore(stored: StoredRepository, repository: Repository, { known }: FolderFiles): void {
  const hashes = new Set(stored.segments.flatMap((segment) => segment.files.map(({ hash }) => hash)));
  for (const [path, file] of stored.files) if (file.hash === null || hashes.has(file.hash)) known.set(path, file);
  repository.restore(
    stored.segments,
    [...known].flatMap(([path, { hash }]) => (hash === null ? [] : [[path, hash] as const])),
  );
}
