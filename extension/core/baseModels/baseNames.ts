/** Validates and proposes names for bases, and compares their sources. Does not access the disk. */

import { basename, dirname } from "node:path";
import { UserError } from "../foundation/errors.ts";
import { isPortableName } from "../foundation/platform.ts";
import { say } from "../foundation/words/said.ts";
import { parseHubAddress } from "../hub/hubAddress.ts";
import { embeddedName } from "./installedBase.ts";

/** @throws UserError "name-invalid" */
export function checkName(name: string): void {
  if (name === embeddedName) {
    const message = say`Cannot name a base "${name}": the base that ships with Graft has this name.`;
    throw new UserError("name-invalid", message, say`Choose another name.`);
  }
  if (isName(name)) return;
  throw new UserError(
    "name-invalid",
    say`Cannot name a base "${name}".`,
    say`Use letters, digits, dots, dashes and underscores; start with a letter or digit, end with no dot, and avoid Windows' own names such as CON.`,
  );
}

function isName(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,99}$/.test(text) && isPortableName(text);
}

/** Returns the folder's name; in Hugging Face's cache, whose folders are named after commits, the model's name. */
export function sourceName(source: string): string {
  const cached = /models--[^/\\]*--([^/\\]+)[/\\]snapshots[/\\][^/\\]+$/.exec(source)?.[1];
  const name = (cached ?? basename(source)).replaceAll(/[^\w.-]/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  return name === "" ? `base-${basename(dirname(source)).replaceAll(/[^\w-]/g, "-")}` : name.slice(0, 80);
}

/**
 * Returns names for a base from `source`, a folder or a hub address, shortest first: the model's own name, then
 * OWNER--NAME, then numbered names. The caller takes the first name that no base from another source has.
 */
export function namesFor(source: string): string[] {
  const [owner, name] = parseHubAddress(source)?.repository.split("/") ?? [];
  const own = name ?? sourceName(source);
  const longest = (owner === undefined ? own : `${owner}--${own}`).slice(0, 95);
  const numbered = Array.from({ length: 98 }, (_, i) => `${longest}-${i + 2}`);
  return [...new Set([own, longest, ...numbered])].filter((each) => isName(each) && each !== embeddedName);
}

/** Whether both are the same folder, or the same model of the hub in any revision. */
export function isSameSource(one: string, other: string): boolean {
  const [a, b] = [one, other].map((source) => parseHubAddress(source)?.repository.toLowerCase());
  return one === other || (a !== undefined && a === b);
}
