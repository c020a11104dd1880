/** Flags that several commands share, and parsers of flag values. */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidArgumentError, Option, type Command, type OutputConfiguration } from "commander";
import { isPaperDataset } from "../core/dataset/paperDatasets.ts";
import { fieldOf } from "../core/foundation/requestSchema.ts";
import { deviceChoices } from "../core/runtime/device.ts";
import { deviceField } from "../core/runtime/deviceField.ts";
import type { AdapterFlag } from "./commands/complete.ts";
import type { Context } from "./context.ts";

/** The flags of every command. */
export interface Shared {
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Creates the context of a command from the shared flags. */
export type ContextOf = (flags: Shared) => Context;

export function addCommand(parent: Command, name: string, description: string): Command {
  const command = addGroup(parent, name, description);
  return command
    .option("--json", "Print one JSON object per line: progress, then one result", false)
    .option("--verbose", "Print more details", false);
}

/** A command, or a group of commands that does nothing by itself. */
export function addGroup(parent: Command, name: string, description: string): Command {
  const command = parent.command(name).description(description);
  return command.configureOutput(usageErrors(command));
}

/** Prints wrong usage in one line, with the command whose help explains it. */
export function usageErrors(command: Command): OutputConfiguration {
  return {
    outputError: (text, write) => {
      const sentence = text
        .trim()
        .replaceAll("\n", " ")
        .replace(/[^.?!]$/, "$&.");
      write(`${sentence} See ${pathOf(command)} --help.\n`);
    },
  };
}

/** "graft runs compare" */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

export function baseOption(): Option {
  const help = "A name from graft models, or a model folder: /… or ./…; the embedded base by default";
  return new Option("--base <base>", help).argParser(nameOrFolder).default("");
}

export function deviceOption(): Option {
  const help = fieldOf(deviceField).description;
  return new Option("--device <name>", help).choices(deviceChoices).default("auto");
}

export function adaptersOption(): Option {
  return new Option("--adapter <dir[@scale]>", "An adapter's folder and its scale; may be repeated")
    .argParser(collectAdapters)
    .default([]);
}

/**
 * Returns the name of a base or model, or the absolute path of a folder. Only absolute paths and paths with ./ or ../
 * are folders, so a folder in the current one never replaces an installed base or a model of the hub.
 */
export function nameOrFolder(text: string): string {
  return /^\.\.?([/\\]|$)/.test(text) ? resolve(text) : text;
}

export function someNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) throw new InvalidArgumentError("It is not a number.");
  return number;
}

export function wholeNumber(text: string): number {
  const number = someNumber(text);
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError("It is not a whole number.");
  return number;
}

export function notNegative(text: string): number {
  const number = wholeNumber(text);
  if (number < 0) throw new InvalidArgumentError("It must be 0 or more.");
  return number;
}

export function positive(text: string): number {
  const number = wholeNumber(text);
  if (number < 1) throw new InvalidArgumentError("It must be 1 or more.");
  return number;
}

export function listOfNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("It contains an empty name.");
  return names;
}

/** A path may contain a comma. But a file in the current folder never replaces the named data sets of the paper. */
export function listOfData(text: string): string[] {
  const names = listOfNames(text);
  return !names.some(isPaperDataset) && existsSync(text) ? [text] : names;
}

export function listOfIds(text: string): number[] {
  const ids = text.split(",").map(wholeNumber);
  if (ids.some((id) => id < 0)) throw new InvalidArgumentError("It contains an id below 0.");
  return ids;
}

export function listOfNumbers(text: string): number[] {
  return listOfNames(text).map(wholeNumber);
}

function collectAdapters(text: string, before: readonly AdapterFlag[]): AdapterFlag[] {
  const [, folder, scale] = /^(.+)@(-?[\d.]+)$/.exec(text) ?? [];
  if (folder === undefined || scale === undefined || existsSync(text)) return [...before, { folder: text, scale: 1 }];
  return [...before, { folder, scale: someNumber(scale) }];
}
