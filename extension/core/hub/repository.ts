/** What a model of the hub consists of, at one commit: its files with their sizes and digests. It downloads none. */

import { listFiles, modelInfo } from "@huggingface/hub";
import * as z from "zod";
import { UserError } from "../foundation/errors.ts";
import { formatHubAddress, type HubAddress } from "./hubAddress.ts";
import type { HubConnection } from "./hubConnection.ts";

export interface RemoteFile {
  /** In the repository; for the files of its top level, the name. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Of the content: SHA-256 for large files; for small ones git's own, SHA-1 over a header and the content. */
  readonly digest: { readonly kind: "sha256" | "git"; readonly hex: string };
}

export interface Repository {
  /** With the commit that the revision stood for when it was asked. */
  readonly pinned: HubAddress;
  readonly files: readonly RemoteFile[];
}

const commitSchema = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) });
const fileSchema = z.object({
  path: z.string(),
  size: z.int().nonnegative(),
  oid: z.string().regex(/^[0-9a-f]{40}$/),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().nonnegative() }).optional(),
});

/** The most bytes of one answer about a model, and the most files of one: a thousand files have some 300 kB. */
const [mostBytes, mostFiles] = [16e6, 50_000];

/** Why an answer is not that of a hub. */
class Excess extends Error {}

/** @throws UserErrors as `hub.fetch`, and "hub-failed" for answers that are not as the hub's documentation has them */
export async function readRepository({ address, endpoint, fetch }: HubConnection): Promise<Repository> {
  const { repository: name, revision } = address;
  // No token: fetch adds it, which knows when not to.
  const asked = { hubUrl: endpoint, fetch: limited(fetch) };
  try {
    const info = await modelInfo({ ...asked, name, revision, additionalFields: ["sha"] });
    const { sha } = commitSchema.parse(info);
    const files: RemoteFile[] = [];
    for await (const entry of listFiles({ ...asked, repo: { type: "model", name }, revision: sha })) {
      if (entry.type === "file") files.push(remoteFile(entry));
      if (files.length > mostFiles) throw new Excess(`more than ${mostFiles} files`);
    }
    return { pinned: { repository: name, revision: sha }, files };
  } catch (error) {
    if (!isOfAnswer(error)) throw error;
    throw new UserError(
      "hub-failed",
      `Cannot download ${formatHubAddress(address)}: ${endpoint} does not answer as a Hugging Face hub does.`,
      "Check HF_ENDPOINT and the proxy, or copy the model's folder to this machine and import that.",
      { cause: error },
    );
  }
}

/** The library reads the fields of an answer unchecked: one that is no object is a TypeError there. */
function isOfAnswer(error: unknown): boolean {
  return [z.ZodError, SyntaxError, TypeError, Excess].some((kind) => error instanceof kind);
}

function remoteFile(entry: unknown): RemoteFile {
  const { path, size, oid, lfs } = fileSchema.parse(entry);
  const digest = lfs ? ({ kind: "sha256", hex: lfs.oid } as const) : ({ kind: "git", hex: oid } as const);
  return { path, size: lfs?.size ?? size, digest };
}

/** As `fetch`, with bodies that fail beyond {@link mostBytes}. */
function limited(ask: HubConnection["fetch"]): HubConnection["fetch"] {
  return async (input, init) => {
    const { body, status, headers } = await ask(input, init);
    let bytes = 0;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(part, controller) {
        bytes += part.length;
        if (bytes > mostBytes) throw new Excess(`more than ${mostBytes} bytes`);
        controller.enqueue(part);
      },
    });
    return new Response(body?.pipeThrough(counted) ?? null, { status, headers });
  };
}
