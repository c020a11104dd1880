/** Lists the files of a model on the hub at one commit, with sizes and digests. Downloads none. */

import { listFiles, modelInfo } from "@huggingface/hub";
import * as z from "zod";
import { UserError } from "../foundation/errors.ts";
import { say } from "../foundation/words/said.ts";
import { formatHubAddress, type HubAddress } from "./hubAddress.ts";
import type { HubConnection } from "./hubConnection.ts";

export interface RemoteFile {
  /** The path in the repository. */
  readonly path: string;
  /** Its address, if it does not follow from the path and the hub. */
  readonly url?: string;
  /** Bytes. */
  readonly size: number;
  /** The digest of the content: SHA-256 for large files; git's own for small files, SHA-1 over a header and the content. */
  readonly digest: { readonly kind: "sha256" | "git"; readonly hex: string };
}

export interface HubModel {
  /** The address with the commit that the revision pointed to at the time of the request. */
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

/**
 * The most bytes of one answer about a model, and the most files of a model. The list of a thousand files takes about
 * 300 kB.
 */
const [mostBytes, mostFiles] = [16e6, 50_000];

/** The error for an answer that is larger than a hub's can be. */
class Excess extends Error {}

/** @throws the UserErrors of `hub.fetch`, and "hub-failed" if an answer does not match the hub's documentation */
export async function readHubModel({ address, endpoint, fetch }: HubConnection): Promise<HubModel> {
  const { repository: name, revision } = address;
  // No token here: `fetch` adds it, and only where it may go.
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
      say`Cannot download ${formatHubAddress(address)}: ${endpoint} does not answer like a Hugging Face hub.`,
      say`Check HF_ENDPOINT and the proxy, or copy the model's folder to this machine and import that.`,
      { cause: error },
    );
  }
}

/** Whether the error is about the hub's answer. The library reads its fields unchecked: if it is not an object, that is a TypeError. */
function isOfAnswer(error: unknown): boolean {
  return [z.ZodError, SyntaxError, TypeError, Excess].some((kind) => error instanceof kind);
}

function remoteFile(entry: unknown): RemoteFile {
  const { path, size, oid, lfs } = fileSchema.parse(entry);
  const digest = lfs ? ({ kind: "sha256", hex: lfs.oid } as const) : ({ kind: "git", hex: oid } as const);
  return { path, size: lfs?.size ?? size, digest };
}

/** Returns a `fetch` whose bodies fail beyond {@link mostBytes}. */
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
