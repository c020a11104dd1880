/** What Graft uses of undici, as a module of its own: a bundle in parts has no names for what a CommonJS package exports. */

export { EnvHttpProxyAgent, fetch } from "undici";
