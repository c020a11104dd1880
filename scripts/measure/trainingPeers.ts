/**
 * Compares training speed with PyTorch and PEFT: the same shape with random weights, the same adapter, the same tokens. Steps
 * alternate, so that other load on the machine slows down all. Prints tokens per second, the ratio to the first PEFT candidate,
 * and peak memory. Files go to `.graft/peers` and are removed at the end.
 *
 *     node scripts/measure/trainingPeers.ts [--shape qwen2.5-coder-0.5b] [--tokens 512] [--rounds 7] [--python python3]
 *         [--candidates graft-4,graft-32,peft-float32,peft-bfloat16] [--checkpointing]
 *
 * A candidate is graft-BITS or peft-DTYPE, followed by "+" for gradient checkpointing, which --checkpointing sets for all. All
 * candidates are in memory together: 15 GB by default; choose fewer to need less. Python needs torch, transformers and peft.
 */

import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { median } from "../../extension/core/foundation/numbers/median.ts";
import { run } from "../bed/command.ts";
import { root, scratch } from "../bed/paths.ts";
import { shapeNamed, writeCheckpoint } from "./fullSize/checkpoint.ts";

const { values: flags } = parseArgs({
  options: {
    shape: { type: "string", default: "qwen2.5-coder-0.5b" },
    tokens: { type: "string", default: "512" },
    rounds: { type: "string", default: "7" },
    python: { type: "string", default: "python3" },
    candidates: { type: "string", default: "graft-4,graft-32,peft-float32,peft-bfloat16" },
    checkpointing: { type: "boolean", default: false },
  },
});
const shape = shapeNamed(flags.shape);
const folder = join(scratch, "peers");
const source = join(folder, shape);

interface Candidate {
  readonly name: string;
  step(): Promise<{ seconds: number; peakBytes: number }>;
  end(): void;
}

const candidates: Candidate[] = [];
try {
  await writeCheckpoint(source, shape, false);
  for (const name of flags.candidates.split(",")) candidates.push(await start(name));
  const seconds = new Map(candidates.map(({ name }) => [name, [] as number[]]));
  const peaks = new Map<string, number>();
  for (let round = 0; round <= Number(flags.rounds); round++) {
    for (const candidate of candidates) {
      const took = await candidate.step();
      peaks.set(candidate.name, took.peakBytes);
      if (round > 0) seconds.get(candidate.name)!.push(took.seconds); // The first warms up.
    }
  }
  report(seconds, peaks);
} finally {
  for (const candidate of candidates) candidate.end();
  await rm(folder, { recursive: true, force: true });
}

function report(seconds: ReadonlyMap<string, readonly number[]>, peaks: ReadonlyMap<string, number>): void {
  const peer = [...seconds.keys()].find((name) => name.startsWith("peft"));
  for (const [name, all] of seconds) {
    const against = peer ? median(all.map((value, round) => seconds.get(peer)![round]! / value)) : 1;
    const speed = (Number(flags.tokens) / median(all)).toFixed(1);
    const peak = (peaks.get(name)! / 1e6).toFixed(0);
    console.log(`${name.padEnd(20)} ${speed.padStart(8)} tokens/s  ${against.toFixed(2)} ×  ${peak.padStart(6)} MB`);
  }
}

async function start(name: string): Promise<Candidate> {
  const [who, kind] = name.replace("+", "").split("-") as [string, string];
  const shared = ["--tokens", flags.tokens, ...(flags.checkpointing || name.endsWith("+") ? ["--checkpointing"] : [])];
  const peers = join(import.meta.dirname, "peers");
  if (who === "peft")
    return await opened(name, flags.python, [join(peers, "trainPeft.py"), source, "--dtype", kind, ...shared]);
  return await opened(name, process.execPath, [join(peers, "trainGraft.ts"), await imported(kind), ...shared]);
}

async function imported(bits: string): Promise<string> {
  const cli = [join(root, "extension", "cli.ts"), "import", source, "--bits", bits, "--name", `bits-${bits}`, "--json"];
  const output = await run(process.execPath, cli, { env: { ...process.env, GRAFT_HOME: join(folder, "home") } });
  const result = output.split("\n").find((line) => line.includes('"event":"result"'))!;
  return (JSON.parse(result) as { path: string }).path;
}

async function opened(name: string, command: string, args: readonly string[]): Promise<Candidate> {
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OMP_NUM_THREADS: "2" },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended early`);
    return value;
  };
  console.log(`${name}: ${await next()}`);
  return {
    name,
    step: async () => {
      child.stdin.write("\n");
      return JSON.parse(await next()) as { seconds: number; peakBytes: number };
    },
    end: () => child.stdin.end(),
  };
}
