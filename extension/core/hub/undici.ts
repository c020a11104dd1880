/**
 * What can open a connection, in a module of its own that is loaded when one is needed: in a bundle in parts, a CommonJS package has
 * no names.
 */

import { EnvHttpProxyAgent, fetch as fetchWithAgents } from "undici";

export function openAgent(options: EnvHttpProxyAgent.Options): EnvHttpProxyAgent {
  return new EnvHttpProxyAgent(options);
}

/** The fetch of undici, which takes its agents. */
export async function request(...asked: Parameters<typeof fetchWithAgents>): ReturnType<typeof fetchWithAgents> {
  return await fetchWithAgents(...asked);
}
