/**
 * The code that can open connections, in a module of its own that is loaded when one is needed. In a bundle that is split into parts, a
 * CommonJS package cannot be loaded that way itself, because it has no named exports there.
 */

import { EnvHttpProxyAgent, fetch as fetchWithAgents } from "undici";

export function openAgent(options: EnvHttpProxyAgent.Options): EnvHttpProxyAgent {
  return new EnvHttpProxyAgent(options);
}

/** undici's own fetch, which accepts its agents. */
export async function request(...asked: Parameters<typeof fetchWithAgents>): ReturnType<typeof fetchWithAgents> {
  return await fetchWithAgents(...asked);
}
