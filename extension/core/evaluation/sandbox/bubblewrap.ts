/** How bubblewrap isolates Python, and the little that it sees of this machine. Starts nothing. */

export interface Python {
  readonly path: string;
  /** The folders of Python and its library: its own, and that of the virtual environment. */
  readonly folders: readonly string[];
}

/** The same order of sets in every run, texts in UTF-8, one thread in numerical libraries. */
export const pythonEnvironment = {
  PYTHONHASHSEED: "0",
  PYTHONUTF8: "1",
  OPENBLAS_NUM_THREADS: "1",
  OMP_NUM_THREADS: "1",
  HOME: "/tmp",
} as const;

/** The size of all files that a program may have at once. They are in memory, and disappear with the sandbox. */
const temporaryBytes = 64 * 2 ** 20;

/**
 * Returns the arguments of `bwrap` to run `command`, with the filter of system calls on the file descriptor `filter`.
 *
 * The program has no network, no environment and none of the user's files. It cannot see or signal other processes
 * (there is no /proc either). It can read the system's folders and Python's, and write to one temporary folder in
 * memory. Everything ends with bwrap.
 */
export function bubblewrapArguments({ folders }: Python, command: readonly string[], filter: number): string[] {
  const readable = ["/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/alternatives", ...folders];
  return [
    ..."--unshare-all --die-with-parent --new-session --clearenv --uid 65534 --gid 65534".split(" "),
    ...readable.flatMap((path) => ["--ro-bind-try", path, path]),
    ...`--dev-bind /dev/null /dev/null --size ${temporaryBytes} --tmpfs /tmp --remount-ro / --chdir /tmp`.split(" "),
    ...Object.entries(pythonEnvironment).flatMap(([name, value]) => ["--setenv", name, value]),
    ...`--seccomp ${filter} --`.split(" "),
    ...command,
  ];
}
