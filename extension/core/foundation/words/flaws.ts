/** Describes for people what a schema finds wrong with a file. zod's own messages are about types, and only in English. */

import type * as z from "zod";
import { listed, say, verbatim, type Said } from "./said.ts";

/** The most flaws to list. A file of another kind is wrong everywhere, and three places are enough to see that. */
const mostFlaws = 3;

/** @param value what was parsed; it shows which fields are missing */
export function flawsOf({ issues }: z.ZodError, value: unknown): Said {
  return listed(issues.slice(0, mostFlaws).map((issue) => flawOf(issue, value)));
}

function flawOf({ path, code, message }: z.core.$ZodIssue, value: unknown): Said {
  const field = path.join(".");
  if (field === "") return code === "custom" ? verbatim(message) : say`it is not an object`;
  if (at(value, path) === undefined) return say`"${field}" is missing`;
  return code === "invalid_type" || code === "invalid_union"
    ? say`"${field}" is of another type`
    : say`"${field}": ${message}`;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((found, key) => (found as Record<PropertyKey, unknown> | undefined)?.[key], value);
}
