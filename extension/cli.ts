/** The command line: runs one command, and turns its result into an exit code. */

// oxlint-disable-next-line import/no-unassigned-import -- It acts before a later import loads ONNX Runtime.
import "./cli/cudaProcess.ts";
import { dirname } from "node:path";
import { CommanderError } from "commander";
import { createOutput, printable, type Output } from "./cli/output.ts";
import { findPlaces } from "./cli/places.ts";
import { createProgram } from "./cli/program.ts";
import { isCancelled, systemCode, UserError } from "./core/foundation/errors.ts";

/** Shells expect 130 of a program that Ctrl-C ended. */
const exitCodes = { userError: 1, usage: 2, bug: 70, cancelled: 130 } as const;

const controller = new AbortController();
let output: Output | undefined;

// A second Ctrl-C ends the process at once.
process.once("SIGINT", () => {
  controller.abort();
  process.once("SIGINT", () => process.exit(exitCodes.cancelled));
});
process.once("SIGTERM", () => controller.abort());
let isOutputLost = false;
process.stdout.on("error", (error) => {
  // The reader of a pipe has closed it, as `| head` does.
  if (systemCode(error) === "EPIPE") process.exit(0);
  // On a full disk each further write fails, too.
  if (isOutputLost) return;
  isOutputLost = true;
  process.exitCode = exitCodes.userError;
  process.stderr.write(`error: Cannot write the output: ${error.message}.\n`);
  controller.abort();
});

const program = createProgram((flags) => {
  output = createOutput(flags);
  // Both dist/, where the bundle is, and extension/, where tests run this file, are folders of the package.
  const places = findPlaces(process.env, process.platform, dirname(import.meta.dirname));
  return { places, output, signal: controller.signal };
});

try {
  await program.parseAsync();
} catch (error) {
  output?.close();
  // A lost output has already been reported.
  process.exitCode = isOutputLost && isCancelled(error) ? exitCodes.userError : exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (isCancelled(error)) {
    process.stderr.write("cancelled\n");
    return exitCodes.cancelled;
  }
  if (error instanceof UserError) {
    const text = `${error.message} ${error.nextStep}`.replace(/\s*\n\s*/g, " ");
    process.stderr.write(`error: ${printable(text)}\n`);
    return error.code === "option-invalid" ? exitCodes.usage : exitCodes.userError;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return exitCodes.bug;
}
