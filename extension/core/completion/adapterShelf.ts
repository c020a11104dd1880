/** Adapters at hand: read once, checked against the base once, and read again when their files have changed. */

import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LRUCache } from "lru-cache";
import type { Adapter } from "../adapters/adapter.ts";
import { readAdapter } from "../adapters/peftFolder.ts";

export interface AdapterShelf {
  /** @throws UserError of readAdapter; "adapter-mismatch" */
  adapter(folder: string): Promise<Adapter>;
}

/**
 * The same object for the same files, by which a decoder knows what it has prepared already.
 *
 * @param checkFits throws where an adapter does not fit the base
 */
export function adapterShelf(checkFits: (adapter: Adapter) => void, mostAdapters = 8): AdapterShelf {
  const shelf = new LRUCache<string, { version: string; adapter: Adapter }>({ max: mostAdapters });
  return {
    adapter: async (folder) => {
      const path = resolve(folder);
      const version = await versionOf(path);
      const known = shelf.get(path);
      if (known?.version === version) return known.adapter;
      const adapter = await readAdapter(path);
      checkFits(adapter);
      shelf.set(path, { version, adapter });
      return adapter;
    },
  };
}

/** Changes whenever one of the adapter's files does. */
async function versionOf(folder: string): Promise<string> {
  const files = ["adapter_config.json", "adapter_model.safetensors"].map((name) => join(folder, name));
  const versions = await Promise.all(
    files.map((path) =>
      stat(path).then(
        ({ ino, mtimeMs, size }) => `${ino} ${mtimeMs} ${size}`,
        () => "missing",
      ),
    ),
  );
  return versions.join(", ");
}
