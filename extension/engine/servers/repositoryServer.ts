/** The repository process: one index for each root folder, at low priority. Without a request it does nothing. */

import { realpath } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import type { MessageConnection } from "vscode-jsonrpc/node";
import { collectGarbage } from "../../core/foundation/memory/collectGarbage.ts";
import { UserError } from "../../core/foundation/errors.ts";
import type { Log } from "../../core/foundation/log.ts";
import { counted } from "../../core/foundation/words/quantities.ts";
import { openFolderRepository, type FolderRepository } from "../../core/repository/folderRepository.ts";
import type { RepositorySize } from "../../core/repository/repository.ts";
import { pruneRepositoryStores } from "../../core/repository/storage/repositoryStore.ts";
import {
  changeRepositoryRequest,
  closeRepositoryRequest,
  openRepositoryRequest,
  queryRepositoryRequest,
  repositoryProgress,
  type RepositoryRoot,
} from "../protocol/repository.ts";
import { answer } from "../wire.ts";

/** Milliseconds without a change before the index is written to disk. */
const quiet = 5000;
/** The most indexes on disk. If there are more, those of other folders that were used longest ago are deleted. */
const mostStored = 12;
/** Files between two reports. */
const reportEvery = 50;

const rehearsal = { path: "", prefix: "import os\n\n\ndef main():\n    os.path.join(", suffix: "\n" };

interface Open {
  /** Undefined while the folder is being read. */
  repository?: FolderRepository;
  readonly opening: Promise<FolderRepository>;
  saving?: NodeJS.Timeout;
}

export function serveRepository(connection: MessageConnection, log: Log): void {
  // Not the lowest: a process cannot raise its priority again, and requests arrive while the user types.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const opened = new Map<string, Open>();

  const read = async ({ folder, others, home }: RepositoryRoot): Promise<FolderRepository> => {
    const startedAt = performance.now();
    let isOpen = false;
    const repository = await openFolderRepository({
      folder,
      home,
      except: new Set(await Promise.all(others.map((other) => realpath(other).catch(() => other)))),
      onProgress: (done, total) => {
        if (!isOpen && done % reportEvery === 0)
          void connection.sendNotification(repositoryProgress, { folder, done, total });
      },
    });
    // The first answer of a process takes several times as long as later ones, so this one goes to a query that no user waits for.
    repository.query(rehearsal);
    isOpen = true;
    logSize(folder, repository.size, (performance.now() - startedAt) / 1000, log);
    await pruneRepositoryStores(home, mostStored);
    return repository;
  };
  const save = async (folder: string): Promise<void> => {
    const outcome = await saveIndex(folder, opened.get(folder)?.repository, log);
    if (outcome === "busy") saveSoon(folder);
  };
  const saveSoon = (folder: string): void => {
    const open = opened.get(folder);
    if (!open) return;
    clearTimeout(open.saving);
    open.saving = setTimeout(() => void save(folder), quiet);
  };

  answer(connection, openRepositoryRequest, async (root) => {
    const { folder } = root;
    let open = opened.get(folder);
    if (!open) {
      open = { opening: read(root) };
      opened.set(folder, open);
    }
    try {
      open.repository = await open.opening;
    } catch (error) {
      // It may have been closed and opened anew meanwhile.
      if (opened.get(folder) === open) opened.delete(folder);
      throw error;
    }
    await save(folder);
    return open.repository.size;
  });

  answer(connection, changeRepositoryRequest, async ({ folder, reread, unsaved }) => {
    const repository = await opened.get(folder)?.opening;
    if (!repository) return { files: 0, bytes: 0, leftOut: 0 };
    for (const { path, text } of unsaved) await repository.setUnsaved(path, text);
    if (reread.length > 0) await repository.reread(reread);
    saveSoon(folder);
    return repository.size;
  });

  answer(connection, queryRepositoryRequest, async ({ folder, query }, signal) => {
    const repository = opened.get(folder)?.repository;
    // A keystroke that arrived meanwhile has cancelled the question.
    await new Promise(setImmediate);
    signal.throwIfAborted();
    return repository ? { answer: repository.query(query) } : {};
  });

  answer(connection, closeRepositoryRequest, async ({ folder }) => {
    clearTimeout(opened.get(folder)?.saving);
    opened.delete(folder);
  });
}

function logSize(folder: string, { files, bytes, leftOut }: RepositorySize, seconds: number, log: Log): void {
  const size = `${counted(files, "file")}, ${(bytes / 1e6).toFixed(1)} MB of text`;
  log.info(`Index of ${folder}: ${size}, ready after ${seconds.toFixed(1)} s`);
  if (leftOut === 0) return;
  log.warn(`Index of ${folder}: ${counted(leftOut, "file has", { many: "files have" })} no room in it.`);
}

async function saveIndex(
  folder: string,
  repository: FolderRepository | undefined,
  log: Log,
): Promise<"saved" | "busy" | "failed"> {
  const startedAt = performance.now();
  try {
    await repository?.save();
    log.debug(`Index of ${folder} saved in ${Math.round(performance.now() - startedAt)} ms`);
    return "saved";
  } catch (error) {
    if (error instanceof UserError && error.code === "index-busy") return "busy";
    log.warn(`Index not saved: ${String(error)}`);
    return "failed";
  } finally {
    // Building and writing leave up to 40 MB behind, and a process without work collects nothing.
    collectGarbage();
  }
}
