/** The names of a home's own studies, which are the names of their files. */

import { join } from "node:path";
import { UserError } from "../../foundation/errors.ts";
import { isPortableName } from "../../foundation/platform.ts";
import { say } from "../../foundation/words/said.ts";
import { chooseStudy, studiesFolder } from "./studyFile.ts";

/**
 * Returns the path of a study. Names come from the command line, from a web page, and from the memory of workspaces.
 *
 * @throws UserError "study-missing" for a name that would lead out of the folder
 */
export function studyPathOf(home: string, name: string): string {
  if (name !== "" && !/[/\\\0]/.test(name)) return join(studiesFolder(home), `${name}.json`);
  const message = say`Cannot open the study "${name}": there is none of this name.`;
  throw new UserError("study-missing", message, chooseStudy);
}

/** Returns the name of a study with this title: words and hyphens. */
export function studyName(title: string): string {
  const words = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-");
  const name = words.slice(0, 60).replaceAll(/^-|-$/g, "") || "study";
  return isPortableName(name) ? name : `${name}-study`;
}
