/**
 * A request's fields as one zod schema: types, defaults, limits and descriptions. The command line's help, the forms'
 * limits, the engine's protocol and the errors are all read from it.
 */

import * as z from "zod";
import { UserError } from "./errors.ts";

/** One field, as a help text or a form shows it. */
export interface Field {
  readonly kind: "integer" | "number" | "string" | "boolean" | "list" | "object";
  readonly description: string;
  /** What is taken where nothing is given; absent where that depends on other fields. */
  readonly default?: unknown;
  /** The only values that are accepted, as they are typed. */
  readonly choices?: readonly string[];
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

/** The facts about a field that its schema holds. */
export function fieldOf(schema: z.ZodType): Field {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  // zod writes the safe integers out as limits of every whole number.
  const bounded = (limit: number | undefined): limit is number =>
    limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  return {
    kind: kinds[json.type ?? ""] ?? "string",
    description: json.description ?? "",
    ...(json.default !== undefined && { default: json.default }),
    ...(json.enum && { choices: json.enum.map(String) }),
    ...(bounded(json.minimum) && { minimum: json.minimum }),
    ...(bounded(json.maximum) && { maximum: json.maximum }),
    ...(bounded(json.exclusiveMinimum) && { above: json.exclusiveMinimum }),
    ...(bounded(json.exclusiveMaximum) && { below: json.exclusiveMaximum }),
  };
}

/** What a field accepts, to complete "it must be …": "a whole number from 1 to 1024", "graft or paper". */
export function acceptedBy({ kind, choices, minimum, maximum, above, below }: Field): string {
  if (choices) return listed(choices);
  if (kind !== "integer" && kind !== "number") return kind === "list" ? "a list" : `a ${kind}`;
  const limits = [
    minimum !== undefined && (maximum === undefined ? `of at least ${minimum}` : `from ${minimum}`),
    above !== undefined && `above ${above}`,
    maximum !== undefined && (minimum === undefined ? `of at most ${maximum}` : `to ${maximum}`),
    below !== undefined && `below ${below}`,
  ].filter((limit) => limit !== false);
  const joint = minimum !== undefined && maximum !== undefined ? " " : " and ";
  return [kind === "integer" ? "a whole number" : "a number", limits.join(joint)].join(" ").trim();
}

/**
 * The request with its defaults filled in.
 *
 * @param action completes "Cannot …", such as "train"
 * @throws UserError "option-invalid", with the field's name, its value, and what the schema accepts
 */
export function readRequest<Schema extends z.ZodObject>(
  schema: Schema,
  value: unknown,
  action: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? "");
  const fieldSchema = (schema.shape as Record<string, z.ZodType>)[name];
  const given = (value as Record<string, unknown> | null)?.[name];
  const expected =
    fieldSchema && issue?.code !== "custom" ? `it must be ${acceptedBy(fieldOf(fieldSchema))}` : issue?.message;
  const words = inWords(name);
  throw new UserError(
    "option-invalid",
    `Cannot ${action} with ${words} ${shown(given)}: ${expected}.`,
    `Give another ${words}, or leave it out for the default.`,
    { cause: parsed.error },
  );
}

/** "batchSize" → "batch size" */
export function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
