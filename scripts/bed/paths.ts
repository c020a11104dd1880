/** Where the throw-away things lie: all under `.graft/`, which git ignores and anyone may delete. */

import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");
export const scratch = join(root, ".graft");

/** The version of VS Code in a browser that tests and `npm start` use: code-server 4.139.1 holds VS Code 1.139.1. */
export const codeServerVersion = "4.139.1";
export const bedFolder = join(scratch, "vscode-bed");
export const codeServerFolder = join(bedFolder, "node_modules", "code-server");
export const codeServerEntry = join(codeServerFolder, "out", "node", "entry.js");

/** What this machine runs, as VS Code's marketplace names it. */
export const target = `${process.platform}-${process.arch}`;
/** The packaged Graft; GRAFT_VSIX names another one to try. */
export const vsixPath = process.env["GRAFT_VSIX"] ?? join(root, `graft-${target}.vsix`);
