/** All protocols by name. */

import { graft } from "./graft.ts";
import { paperV2, paperV3 } from "./paper.ts";
import type { Protocol } from "./protocol.ts";

export const protocolNames = ["graft", "paper-v2", "paper-v3"] as const;

export type ProtocolName = (typeof protocolNames)[number];

export function isProtocolName(name: string): name is ProtocolName {
  return protocolNames.some((known) => known === name);
}

export const protocols: Readonly<Record<ProtocolName, (suite: string) => Protocol>> = {
  graft,
  "paper-v2": paperV2,
  "paper-v3": paperV3,
};
