/**
 * Reads requests, whose fields are one zod schema: types, defaults, limits and descriptions. The command line's help, the forms'
 * limits, the engine's protocol and the errors derive from it.
 */

import * as z from "zod";
import { UserError } from "./errors.ts";
import { say, verbatim, type Said } from "./words/said.ts";

/** The facts about one field for a help text or a form. */
export interface Field {
  readonly kind: "integer" | "number" | "string" | "boolean" | "list" | "object";
  readonly description: string;
  /** The default value; absent if it depends on other fields. */
  readonly default?: unknown;
  /** The accepted values, as a user types them. */
  readonly choices?: readonly string[];
  /** How a day or a time is written: a key of {@link formats}. */
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The value must be above this. */
  readonly above?: number;
  /** The value must be below this. */
  readonly below?: number;
}

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly (string | number)[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

const kinds: Readonly<Record<string, Field["kind"]>> = {
  integer: "integer",
  number: "number",
  boolean: "boolean",
  array: "list",
  object: "object",
};

/** Texts of a certain form, by their names in JSON Schema. */
const formats: Readonly<Record<string, Said>> = {
  date: say`a day, such as 2026-05-01`,
  "date-time": say`a time, such as 2026-05-01T09:30`,
};

/** Extracts the facts about a field from its schema. */
export function fieldOf(schema: z.ZodType): Field {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  // zod gives every integer without limits the limits of safe integers.
  const bounded = (limit: number | undefined): limit is number =>
    limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  return {
    kind: kinds[json.type ?? ""] ?? "string",
    description: json.description ?? "",
    ...(json.default !== undefined && { default: json.default }),
    ...(json.enum && { choices: json.enum.map(String) }),
    ...(json.format !== undefined && json.format in formats && { format: json.format }),
    ...(bounded(json.minimum) && { minimum: json.minimum }),
    ...(bounded(json.maximum) && { maximum: json.maximum }),
    ...(bounded(json.exclusiveMinimum) && { above: json.exclusiveMinimum }),
    ...(bounded(json.exclusiveMaximum) && { below: json.exclusiveMaximum }),
  };
}

/** Describes the accepted values, to complete "it must be …": "a whole number from 1 to 1024", "graft or paper". */
export function acceptedBy({ kind, choices, format, minimum, maximum, above, below }: Field): Said {
  if (choices) return oneOf(choices);
  if (format !== undefined) return formats[format]!;
  if (kind !== "integer" && kind !== "number") return kindsInWords[kind];
  const isWhole = kind === "integer";
  if (minimum !== undefined && maximum !== undefined) {
    return isWhole ? say`a whole number from ${minimum} to ${maximum}` : say`a number from ${minimum} to ${maximum}`;
  }
  const limits = [
    minimum !== undefined && say`of at least ${minimum}`,
    above !== undefined && say`above ${above}`,
    maximum !== undefined && say`of at most ${maximum}`,
    below !== undefined && say`below ${below}`,
  ].filter((limit) => limit !== false);
  if (limits.length === 0) return isWhole ? say`a whole number` : say`a number`;
  const within = limits.reduce((all, limit) => say`${all} and ${limit}`);
  return isWhole ? say`a whole number ${within}` : say`a number ${within}`;
}

const kindsInWords = {
  string: say`a string`,
  boolean: say`a boolean`,
  list: say`a list`,
  object: say`an object`,
};

/**
 * Returns the request with its defaults filled in.
 *
 * @param action completes "Cannot …", such as "train"
 * @throws UserError "option-invalid", with the field's name, its value, and what the schema accepts
 */
export function readRequest<Schema extends z.ZodObject>(
  schema: Schema,
  value: unknown,
  action: Said,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? "");
  const fieldSchema = (schema.shape as Record<string, z.ZodType>)[name];
  const given = (value as Record<string, unknown> | null)?.[name];
  const expected =
    fieldSchema && issue?.code !== "custom"
      ? say`it must be ${acceptedBy(fieldOf(fieldSchema))}`
      : verbatim(issue?.message ?? "");
  const words = inWords(name);
  throw new UserError(
    "option-invalid",
    say`Cannot ${action} with ${words} ${shown(given)}: ${expected}.`,
    say`Choose another ${words}, or omit it to use the default.`,
    { cause: parsed.error },
  );
}

/** Splits a field's name into words: "batchSize" → "batch size". */
export function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
}

function oneOf(names: readonly string[]): Said {
  const last = names.at(-1)!;
  return names.length < 2 ? verbatim(last) : say`${names.slice(0, -1).join(", ")} or ${last}`;
}
