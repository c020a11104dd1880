/** Paths of temporary files: all under `.graft/`, which git ignores and anyone may delete. */

import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");
export const scratch = join(root, ".graft");

/** The version of VS Code in a browser that tests and `npm start` use: code-server 4.139.1 contains VS Code 1.139.1. */
export const codeServerVersion = "4.139.1";
export const bedFolder = join(scratch, "vscode-bed");
export const codeServerFolder = join(bedFolder, "node_modules", "code-server");
export const codeServerEntry = join(codeServerFolder, "out", "node", "entry.js");

/** This machine's platform, with the name of VS Code's marketplace. */
export const target = `${process.platform}-${process.arch}`;
/** The packaged Graft; GRAFT_VSIX overrides its path. */
export const vsixPath = process.env["GRAFT_VSIX"] ?? join(root, `graft-${target}.vsix`);
