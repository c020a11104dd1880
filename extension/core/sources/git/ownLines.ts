/**
 * Finds the lines that the user's own commits added to each file. Returns their texts, because line numbers change with every later
 * commit.
 */

import { gitOutput } from "./gitProgram.ts";

export interface OwnCommits {
  /** The user's address as a commit author in this repository. */
  readonly email: string;
  readonly commits: number;
  /** Lines without the blanks around them, by the path of their file. */
  readonly lines: ReadonlyMap<string, ReadonlySet<string>>;
}

const commitMark = "\u0001";

/**
 * Returns the lines of Python that the user's commits since a day added in `folder`; undefined without git, a repository or the
 * user's address. Paths are relative to `folder`; a file that the user has renamed since has its new path.
 *
 * @param since a day, such as "2026-05-01"; it begins at midnight, UTC
 * @throws the signal's reason once it is aborted
 */
export async function ownCommits(folder: string, since: string, signal?: AbortSignal): Promise<OwnCommits | undefined> {
  const email = (await gitOutput(folder, ["config", "user.email"], signal))?.trim();
  if (!email) return undefined;
  const author = ["--fixed-strings", "--regexp-ignore-case", `--author=<${email}>`];
  // Without these, git would run the programs that a repository names to make differences readable.
  const plain = [
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--find-renames",
  ];
  // In seconds, because git misreads days in the future. It has none before 1970.
  const seconds = Math.max(0, Date.parse(since) / 1000);
  const what = [
    "--no-merges",
    `--since=@${seconds} +0000`,
    "--relative",
    "-p",
    "-U0",
    "--inter-hunk-context=0",
    "--format=%x01",
  ];
  const log = await gitOutput(
    folder,
    ["-c", "core.quotePath=false", "log", ...author, ...plain, ...what, "--", "*.py"],
    signal,
  );
  if (log === undefined) return undefined;
  return { email, commits: log.split(commitMark).length - 1, lines: addedLines(log) };
}

/** Reads differences without context, the newest commit first. */
function addedLines(log: string): Map<string, Set<string>> {
  const added = new Map<string, Set<string>>();
  const renamed = new Map<string, string>();
  const nowOf = (path: string): string => renamed.get(path) ?? path;
  const rows = log.split("\n");
  let [from, path] = ["", ""];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row.startsWith("rename from ")) from = unquoted(row.slice("rename from ".length));
    else if (row.startsWith("rename to ")) renamed.set(from, nowOf(unquoted(row.slice("rename to ".length))));
    else if (row.startsWith("+++ ")) path = nowOf(unquoted(row.slice(4)).replace(/^b\//, ""));
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(row);
    if (!hunk) continue;
    // The hunk is read by its length, because an added line may look like a header.
    const count = Number(hunk[1] ?? 1) + Number(hunk[2] ?? 1);
    const lines = added.get(path) ?? new Set<string>();
    for (let left = count; left > 0 && i + 1 < rows.length;) {
      const line = rows[++i]!;
      if (line.startsWith("\\")) continue;
      left--;
      if (line.startsWith("+") && line.trim() !== "+") lines.add(line.slice(1).trim());
    }
    added.set(path, lines);
  }
  return added;
}

/** The control characters for which git writes a letter; it writes the others as octal numbers. */
const letters: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
};

/**
 * Returns a path without what git adds: a tab after a path with a blank, and quotes around one with quotes, backslashes or control
 * characters.
 */
function unquoted(path: string): string {
  const plain = path.replace(/\t$/, "");
  if (!plain.startsWith('"')) return plain;
  return plain.slice(1, -1).replaceAll(/\\(?:([0-7]{3})|(.))/g, (_, octal: string | undefined, sign: string) => {
    return octal === undefined ? (letters[sign] ?? sign) : String.fromCharCode(Number.parseInt(octal, 8));
  });
}
