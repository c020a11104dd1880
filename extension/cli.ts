/** The command line: runs one command, and turns how it ends into an exit code. */

import { dirname } from "node:path";
import { CommanderError } from "commander";
import { createOutput, type Output } from "./cli/output.ts";
import { findPlaces } from "./cli/places.ts";
import { createProgram } from "./cli/program.ts";
import { isCancelled, UserError } from "./core/foundation/errors.ts";

/** 130 is what shells expect of a program that Ctrl-C ended. */
const exitCodes = { userError: 1, usage: 2, bug: 70, cancelled: 130 } as const;

const controller = new AbortController();
let output: Output | undefined;

// The second Ctrl-C does not wait.
process.once("SIGINT", () => {
  controller.abort();
  process.once("SIGINT", () => process.exit(exitCodes.cancelled));
});
process.once("SIGTERM", () => controller.abort());
// Whoever reads has seen enough, as with `| head`.
process.stdout.on("error", () => process.exit(0));

const program = createProgram((flags) => {
  output = createOutput(flags);
  // Bundled into dist/, and run from extension/ in tests: the package is the folder above either.
  const places = findPlaces(process.env, process.platform, dirname(import.meta.dirname));
  return { places, output, signal: controller.signal };
});

try {
  await program.parseAsync();
} catch (error) {
  output?.close();
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (isCancelled(error)) {
    process.stderr.write("cancelled\n");
    return exitCodes.cancelled;
  }
  if (error instanceof UserError) {
    process.stderr.write(`error: ${`${error.message} ${error.nextStep}`.replace(/\s*\n\s*/g, " ")}\n`);
    return error.code === "option-invalid" ? exitCodes.usage : exitCodes.userError;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return exitCodes.bug;
}
