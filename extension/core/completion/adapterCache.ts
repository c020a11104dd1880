/** A cache of adapters. Each adapter is read and checked against the base once, and again after its files change. */

import { join, resolve } from "node:path";
import { LRUCache } from "lru-cache";
import { infoOf } from "../foundation/exists.ts";
import type { Adapter } from "../adapters/adapter.ts";
import type { ActiveAdapter } from "../adapters/servingSlots.ts";
import { readAdapter } from "../adapters/formats/peftFolder.ts";

export interface AdapterCache {
  /** @throws UserError of readAdapter; "adapter-mismatch" */
  adapter(folder: string): Promise<Adapter>;
}

/** An adapter to use, by its folder. */
export interface ChosenFolder {
  readonly folder: string;
  readonly scale: number;
}

/** @throws UserError of readAdapter; "adapter-mismatch" */
export async function activeAdapters(cache: AdapterCache, chosen: readonly ChosenFolder[]): Promise<ActiveAdapter[]> {
  const active: ActiveAdapter[] = [];
  for (const { folder, scale } of chosen) active.push({ adapter: await cache.adapter(folder), scale });
  return active;
}

/**
 * Returns the same object for the same files, so that other caches can use it as a key.
 *
 * @param checkFits throws if an adapter does not fit the base
 */
export function adapterCache(checkFits: (adapter: Adapter) => void, maxAdapters = 8): AdapterCache {
  const cache = new LRUCache<string, { version: string; adapter: Adapter }>({ max: maxAdapters });
  return {
    adapter: async (folder) => {
      const path = resolve(folder);
      const version = await versionOf(path);
      const known = cache.get(path);
      if (known?.version === version) return known.adapter;
      const adapter = await readAdapter(path);
      checkFits(adapter);
      cache.set(path, { version, adapter });
      return adapter;
    },
  };
}

/** Returns a string that changes whenever one of the adapter's files does. */
async function versionOf(folder: string): Promise<string> {
  const files = ["adapter_config.json", "adapter_model.safetensors"].map((name) => join(folder, name));
  const infos = await Promise.all(files.map(infoOf));
  return infos.map((info) => (info ? `${info.ino} ${info.mtimeMs} ${info.size}` : "missing")).join(", ");
}
