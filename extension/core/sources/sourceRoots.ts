/** Several folders and files that may lie in one another: which walk each file belongs to. */

import { realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";

export interface SourceRoot {
  readonly path: string;
  /** Real paths of the other roots inside this one: what is there is theirs. */
  readonly except: ReadonlySet<string>;
}

/** Each place once, in the order given, however it is written; an inner one keeps its files from those around it. */
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
