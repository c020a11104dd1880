/** Downloads one small text file of a hub into memory. Checks its size, not its content. */

import { UserError } from "../foundation/errors.ts";
import { say } from "../foundation/words/said.ts";
import { formatHubAddress } from "./hubAddress.ts";
import type { HubConnection } from "./hubConnection.ts";

/**
 * @param path the file's path in the repository
 * @param limit the maximum size in bytes
 * @throws the UserErrors of `hub.fetch`; "download-damaged" if the file is longer or not UTF-8
 */
export async function downloadText(hub: HubConnection, path: string, limit: number): Promise<string> {
  const { repository, revision } = hub.address;
  const { body } = await hub.fetch(`${hub.endpoint}/${repository}/resolve/${revision}/${path}`);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  try {
    for await (const part of body ?? []) {
      hub.signal?.throwIfAborted();
      bytes += part.length;
      if (bytes > limit) throw new RangeError(`it has more than ${limit} bytes`);
      text += decoder.decode(part, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    hub.signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const message = say`Cannot download ${path} of ${formatHubAddress(hub.address)}: ${reason}.`;
    throw new UserError("download-damaged", message, say`Check the network and the proxy, and try again.`, {
      cause: error,
    });
  }
}
