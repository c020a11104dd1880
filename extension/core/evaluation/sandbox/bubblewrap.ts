/** How bubblewrap shuts Python in: what it sees of this machine, which is little. It starts nothing. */

export interface Python {
  readonly path: string;
  /** Where it lies with its library: its own folder, and that of the virtual environment. */
  readonly folders: readonly string[];
}

/** One order of sets in every run, texts in UTF-8, one thread in numerical libraries. */
export const pythonEnvironment = {
  PYTHONHASHSEED: "0",
  PYTHONUTF8: "1",
  OPENBLAS_NUM_THREADS: "1",
  OMP_NUM_THREADS: "1",
  HOME: "/tmp",
} as const;

/** Of files that a program may have at once. They lie in memory, and go with the sandbox. */
const temporaryBytes = 64 * 2 ** 20;

/**
 * The arguments of `bwrap` to run `command`, with the filter of system calls on the file descriptor `filter`.
 *
 * There is no network, no other process to be seen or signalled (nor /proc, to see anything in), no environment, and none of the
 * user's files; the system's folders and Python's are there to read, one temporary folder in memory to write. All ends with bwrap.
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
