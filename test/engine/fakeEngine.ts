/**
 * A stand-in for the engine's bundle: the real protocol over a real fork, with answers that a test controls by the text that it asks to
 * complete. Needs no base and loads nothing native.
 */

import { existsSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import { UserError } from "../../extension/core/foundation/errors.ts";
import { say, verbatim } from "../../extension/core/foundation/words/said.ts";
import { cudaVariable } from "../../extension/core/runtime/cudaVariable.ts";
import { logged } from "../../extension/engine/protocol/roles.ts";
import {
  completeRequest,
  deviceFails,
  deviceOpens,
  selectRequest,
  type Selection,
} from "../../extension/engine/protocol/completion.ts";
import { adaptersRequest } from "../../extension/engine/protocol/library.ts";
import { probeRequest } from "../../extension/engine/protocol/probe.ts";
import { finishTraining, trainWork } from "../../extension/engine/protocol/training.ts";
import { answer, ask } from "../../extension/engine/wire.ts";

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
let selection: Selection | undefined;

answer(connection, selectRequest, async (next) => {
  if (next.base === "crash at start") process.exit(9);
  // If the base is such a folder, the process dies of it once.
  if (next.base.endsWith(".crash") && existsSync(next.base)) {
    rmSync(next.base);
    process.exit(9);
  }
  const isGone = next.base.endsWith(".model") && !existsSync(next.base);
  if (isGone || next.base === "missing")
    throw new UserError("base-missing", say`No base is named "missing".`, say`Choose another.`);
  selection = next;
  void connection.sendNotification(logged, { level: "info", message: `selected ${next.base}` });
  const { device: choice = "cpu", without = [] } = next;
  const device = choice === "auto" || without.includes(choice) ? "cpu" : choice;
  await ask(connection, deviceOpens, { device });
  // Crashes as a driver does that takes its process with it.
  if (device !== "cpu" && next.base === "crash on device") process.kill(process.pid, "SIGSEGV");
  return { base: next.base, parameters: 6, milliseconds: 1, device } as never;
});

answer(connection, completeRequest, async ({ prefix }, signal) => {
  if (prefix === "crash") process.kill(process.pid, "SIGKILL");
  if (prefix === "lost device")
    void connection.sendNotification(deviceFails, { device: "webgpu", next: "cpu", reason: say`Device lost.` });
  if (prefix === "bug") throw new TypeError("undefined is not a base");
  if (prefix === "slow") await sleep(20_000, undefined, { signal });
  const text =
    prefix === "where"
      ? process.cwd()
      : `${prefix} on ${selection?.base}+${selection?.adapters.map(({ folder }) => folder).join()}`;
  return { text, tokens: 1, logProbability: 0, milliseconds: { load: 0, prefill: 0, decode: 0 }, stop: "line" };
});

/** The name of the base decides what the driver does. */
answer(connection, probeRequest, async ({ name, device }) => {
  if (name === "libraries")
    return { kind: "fails" as const, reason: `CUDA's libraries: ${process.env[cudaVariable] ?? "none"}` };
  if (name === "crash") process.kill(process.pid, "SIGSEGV");
  if (name === "hang") await sleep(60_000);
  if (name === "fail")
    throw new UserError("device-failed", verbatim(`Cannot continue on ${device}: out of memory.`), verbatim(""));
  const speed = { decodeTokensPerSecond: 200, prefillTokensPerSecond: 2000 };
  return {
    kind: "works" as const,
    speed,
    cpu: { ...speed, decodeTokensPerSecond: 50 },
    tokensPerRun: 256,
    divergence: 0,
  };
});

answer(connection, adaptersRequest, async ({ library }) => {
  if (library === "crash") process.exit(9);
  if (library === "slow") await sleep(300);
  return [{ name: "one", folder: `${library}/one` }];
});

const finished = new Promise<void>((resolve) => connection.onNotification(finishTraining, resolve));

answer(connection, trainWork.request, async (options, signal) => {
  void connection.sendNotification(trainWork.progress, { phase: "train", step: 1, steps: 2, loss: 3 } as never);
  if (options.out.endsWith("crash")) {
    await sleep(50);
    process.exit(134);
  }
  if (options.out.endsWith("endless")) {
    await finished;
    return { adapter: options.out } as never;
  }
  try {
    await sleep(options.out.endsWith("slow") ? 20_000 : 1, undefined, { signal });
  } finally {
    writeFileSync(`${options.out}.checkpoint`, "kept");
  }
  return { adapter: options.out } as never;
});

process.once("disconnect", () => process.exit(0));
connection.listen();
