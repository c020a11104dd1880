/** Builds the flags of a request from its schema: names, help, defaults and choices come from its fields. */

import { InvalidArgumentError, Option, type Command } from "commander";
import type * as z from "zod";
import { acceptedBy, fieldOf, type Field } from "../core/foundation/requestSchema.ts";
import { english } from "../core/foundation/words/said.ts";
import { listOfNames, someNumber, wholeNumber } from "./flags.ts";

/** The differences between the flag of a field and its schema. */
export interface FlagOverride {
  /** The value's name in the help, such as "dir"; `<n>`, `<x>` or `<text>` by the field's kind otherwise. */
  readonly value?: string;
  readonly parse?: (text: string) => unknown;
  /** Fields that the flag excludes. */
  readonly conflicts?: string | string[];
  /** Its help, if the field's description does not describe the flag, as for a `--no-…`. */
  readonly help?: string;
  readonly required?: boolean;
  /** A note on values that only the flag accepts; added to the description. */
  readonly note?: string;
}

/** The switches of copied text, on by default. */
export const copyFlags = {
  prior: { help: "Leave what followed the same text elsewhere out of a small base's distribution" },
  draft: { help: "Decode token by token, without guesses" },
} as const satisfies Record<string, FlagOverride>;

/**
 * Adds a flag for each field of `schema`: `batchSize` becomes `--batch-size <n>`. A switch that is on by default
 * becomes `--no-…`. The help shows defaults, but only the schema applies them, so commands can tell which flags were
 * given.
 */
export function addRequestOptions<Schema extends z.ZodObject>(
  command: Command,
  schema: Schema,
  overrides: Partial<Record<keyof z.output<Schema>, FlagOverride>> = {},
): Command {
  for (const [name, fieldSchema] of Object.entries<z.ZodType>(schema.shape)) {
    command.addOption(optionOf(name, fieldOf(fieldSchema), (overrides as Record<string, FlagOverride>)[name] ?? {}));
  }
  return command;
}

function optionOf(name: string, field: Field, { value, parse, conflicts, help, required, note }: FlagOverride): Option {
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (field.kind === "boolean") {
    const option = new Option(field.default === true ? `--no-${flag}` : `--${flag}`, help ?? field.description);
    return conflicts === undefined ? option : option.conflicts(conflicts);
  }
  const option = new Option(`--${flag} <${value ?? valueNames[field.kind]}>`, (help ?? helpOf(field)) + (note ?? ""));
  if (field.choices) option.choices(field.choices);
  if (field.choices && field.kind === "number") option.argParser((text) => Number(chosen(text, field.choices ?? [])));
  if (!field.choices) option.argParser<unknown>(parse ?? parsers[field.kind] ?? ((text) => text));
  if (conflicts !== undefined) option.conflicts(conflicts);
  return required ? option.makeOptionMandatory() : option;
}

const valueNames: Readonly<Record<Field["kind"], string>> = {
  integer: "n",
  number: "x",
  string: "text",
  list: "names",
  object: "json",
  boolean: "",
};

const parsers: Partial<Record<Field["kind"], (text: string) => unknown>> = {
  integer: wholeNumber,
  number: someNumber,
  list: listOfNames,
};

/** The same check as commander's, which leaves the result a string. */
function chosen(text: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  throw new InvalidArgumentError(`Allowed choices are ${choices.join(", ")}.`);
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Returns the description, with the limits and the default in brackets. */
function helpOf(field: Field): string {
  const isLimited = [field.minimum, field.maximum, field.above, field.below].some((limit) => limit !== undefined);
  const limits = isLimited
    ? [
        english(acceptedBy(field))
          .replace(/^a (whole )?number (of )?/, "")
          .replace(/ and (of )?/, ", "),
      ]
    : [];
  const byDefault = field.default === undefined || field.default === "" ? [] : [`default ${shown(field.default)}`];
  const facts = [...limits, ...byDefault];
  return facts.length > 0 ? `${field.description} (${facts.join("; ")})` : field.description;
}
