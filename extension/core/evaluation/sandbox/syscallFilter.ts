/**
 * The system calls that the sandbox forbids, as a seccomp filter (classic BPF, linux/seccomp.h) for bubblewrap.
 *
 * The filter closes gaps of namespaces: the number of processes, which no limit bounds for root; sockets of families
 * without a network namespace (vsock); memory that no process owns (System V's); and the other known ways out of
 * sandboxes. It knows neither bubblewrap nor Python.
 */

/** Numbers of system calls, and of the machine in linux/audit.h. */
const machines = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    clone3: 435,
    /** Numbers from here on name the same calls in another ABI (x32), which would bypass the list. */
    others: 0x4000_0000,
    /** fork, vfork */
    processes: [57, 58],
    forbidden: {
      socket: 41,
      shmget: 29,
      semget: 64,
      msgget: 68,
      ptrace: 101,
      personality: 135,
      mount: 165,
      add_key: 248,
      request_key: 249,
      keyctl: 250,
      unshare: 272,
      perf_event_open: 298,
      setns: 308,
      process_vm_writev: 311,
      bpf: 321,
      userfaultfd: 323,
      io_uring_setup: 425,
      open_tree: 428,
      fsopen: 430,
    },
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    clone3: 435,
    others: 0x4000_0000,
    processes: [],
    forbidden: {
      socket: 198,
      shmget: 194,
      semget: 190,
      msgget: 186,
      ptrace: 117,
      personality: 92,
      mount: 40,
      add_key: 217,
      request_key: 218,
      keyctl: 219,
      unshare: 97,
      perf_event_open: 241,
      setns: 268,
      process_vm_writev: 271,
      bpf: 280,
      userfaultfd: 282,
      io_uring_setup: 425,
      open_tree: 428,
      fsopen: 430,
    },
  },
} as const;

const [load, jumpIfEqual, jumpIfAtLeast, jumpIfAnyBit, give] = [0x20, 0x15, 0x35, 0x45, 0x06];
const allow = 0x7fff_0000;
const kill = 0x8000_0000;
const failWith = (errno: number): number => 0x0005_0000 | errno;
const [EPERM, EAGAIN, ENOSYS] = [1, 11, 38];
/** Offsets in struct seccomp_data. */
const [callNumber, architecture, firstArgument] = [0, 4, 16];
const CLONE_THREAD = 0x0001_0000;

/** Undefined if Graft does not know this machine's system call numbers. */
export function syscallFilter(machine: string): Uint8Array | undefined {
  if (!(machine in machines)) return undefined;
  const { audit, clone, clone3, others, processes, forbidden } = machines[machine as keyof typeof machines];
  /** Code, constant, and the number of instructions to skip if the comparison holds, and if it does not. */
  type Instruction = readonly [code: number, constant: number, ifSo?: number, ifNot?: number];
  const refuse = (call: number, errno: number): Instruction[] => [
    [jumpIfEqual, call, 0, 1],
    [give, failWith(errno)],
  ];
  const program: Instruction[] = [
    [load, architecture],
    [jumpIfEqual, audit, 1, 0],
    [give, kill],
    [load, callNumber],
    [jumpIfAtLeast, others, 0, 1],
    [give, kill],
    ...Object.values(forbidden).flatMap((call) => refuse(call, EPERM)),
    ...processes.flatMap((call) => refuse(call, EAGAIN)),
    // The filter cannot see its arguments, which are in memory. Libraries use the older call if this one is missing.
    ...refuse(clone3, ENOSYS),
    [jumpIfEqual, clone, 0, 3],
    [load, firstArgument],
    [jumpIfAnyBit, CLONE_THREAD, 1, 0],
    [give, failWith(EAGAIN)],
    [give, allow],
  ];
  const bytes = new DataView(new ArrayBuffer(8 * program.length));
  for (const [i, [code, constant, ifSo = 0, ifNot = 0]] of program.entries()) {
    bytes.setUint16(8 * i, code, true);
    bytes.setUint8(8 * i + 2, ifSo);
    bytes.setUint8(8 * i + 3, ifNot);
    bytes.setUint32(8 * i + 4, constant, true);
  }
  return new Uint8Array(bytes.buffer);
}
