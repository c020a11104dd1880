/** Finds the file of a repository that a module name refers to. */

/** The paths of a repository's files. */
export interface Paths {
  has(path: string): boolean;
  /** Returns the paths with this stem: the file's name without ".py", or the folder's name for an "__init__.py". */
  named(stem: string): Iterable<string>;
}

/** Returns the path of `module`, as imported by the file `from`; undefined if the repository does not have it. */
export function findModule(paths: Paths, module: string, from: string): string | undefined {
  const folder = from.split("/").slice(0, -1);
  const [, dots = "", rest = ""] = /^(\.*)(.*)$/.exec(module)!;
  const names = rest === "" ? [] : rest.split(".");
  if (dots !== "") {
    if (dots.length - 1 > folder.length) return undefined;
    return fileOf(paths, [...folder.slice(0, folder.length - dots.length + 1), ...names]);
  }
  if (names.length === 0) return undefined;
  for (let depth = 0; depth <= folder.length; depth++) {
    const found = fileOf(paths, [...folder.slice(0, depth), ...names]);
    if (found !== undefined) return found;
  }
  // A single name, such as "json", is more often an installed package than a file deep in the repository.
  return names.length > 1 ? deepFile(paths, names) : undefined;
}

function fileOf(paths: Paths, names: readonly string[]): string | undefined {
  const stem = names.join("/");
  return [`${stem}.py`, stem === "" ? "__init__.py" : `${stem}/__init__.py`].find((path) => paths.has(path));
}

/** Finds a module whose package is deeper, such as in "src" or "packages/one". The shortest path wins. */
function deepFile(paths: Paths, names: readonly string[]): string | undefined {
  const stem = `/${names.join("/")}`;
  return [...paths.named(names.at(-1)!)]
    .filter((path) => path.endsWith(`${stem}.py`) || path.endsWith(`${stem}/__init__.py`))
    .toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
}

/** Returns the name by which {@link Paths.named} finds a path. */
export function stemOf(path: string): string {
  const [last = "", folder = ""] = path.split("/").toReversed();
  return last === "__init__.py" ? folder : last.replace(/\.py$/, "");
}
