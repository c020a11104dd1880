/** The editor's requests to the library process about snippets: code that the user selected to train on. */

import { RequestType } from "vscode-jsonrpc/node";
import type { Selection, Snippet } from "../../core/sources/snippets/snippetFolder.ts";
import type { ErrorData } from "../wire.ts";

export const snippetsRequest = new RequestType<{ folder: string }, Snippet[], ErrorData>("library/snippets");

/** Adds a snippet. Returns its path; null if the folder has the code already. */
export const addSnippetRequest = new RequestType<Selection & { folder: string }, string | null, ErrorData>(
  "library/addSnippet",
);

/** Removes a snippet. Returns its text. */
export const removeSnippetRequest = new RequestType<{ folder: string; path: string }, string, ErrorData>(
  "library/removeSnippet",
);
