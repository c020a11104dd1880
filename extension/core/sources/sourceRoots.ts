/** Assigns each file to one of several source folders that may be nested. */

import { realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";

export interface SourceRoot {
  readonly path: string;
  /** The real paths of other roots inside this one; their files belong to them. */
  readonly except: ReadonlySet<string>;
}

/**
 * Returns each place once, in the given order, however its path is written. Files in a nested root belong to the inner
 * root only.
 */
export async function sourceRoots(paths: readonly string[]): Promise<SourceRoot[]> {
  const places = new Map<string, string>();
  for (const path of paths) {
    const real = await realpath(path).catch(() => resolve(path));
    if (!places.has(real)) places.set(real, path);
  }
  return [...places].map(([real, path]) => ({
    path,
    except: new Set([...places.keys()].filter((other) => other.startsWith(real.endsWith(sep) ? real : real + sep))),
  }));
}
