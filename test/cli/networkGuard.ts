/**
 * Preloaded into a process (NODE_OPTIONS=--import), and into every process that it starts. Each attempt to reach the network fails and adds
 * a line to the file GRAFT_ATTEMPTS. Pipes between processes do not count.
 */

import { appendFileSync } from "node:fs";
import dgram from "node:dgram";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

function refuse(how: string, what: unknown): never {
  appendFileSync(process.env["GRAFT_ATTEMPTS"] ?? "attempts", `${how} ${JSON.stringify(what)}\n`);
  throw Object.assign(new Error(`${how} is not possible here`), { code: "EGUARDED" });
}

type Anything = Record<string, (...parameters: unknown[]) => unknown>;

/** TLS, HTTP and fetch all end in this call. */
const sockets = net.Socket.prototype as unknown as Anything;
const connect = sockets["connect"]!;
sockets["connect"] = function guarded(this: unknown, ...parameters: unknown[]): unknown {
  // Node's own calls hand over an array with the options first.
  const [first] = Array.isArray(parameters[0]) ? (parameters[0] as unknown[]) : parameters;
  const isPipe = typeof first === "object" && first !== null && "path" in first && first.path !== undefined;
  return isPipe ? connect.apply(this, parameters) : refuse("connect", first);
};
const datagrams = dgram.Socket.prototype as unknown as Anything;
for (const name of ["connect", "send"])
  datagrams[name] = (...parameters) => refuse(`dgram.${name}`, parameters.slice(-2));
for (const [prefix, functions] of Object.entries({ dns, "dns.promises": dns.promises })) {
  for (const [name, value] of Object.entries(functions)) {
    if (typeof value !== "function" || !/^(lookup|resolve|reverse)/.test(name)) continue;
    (functions as unknown as Anything)[name] = (host) => refuse(`${prefix}.${name}`, host);
  }
}
syncBuiltinESMExports();
