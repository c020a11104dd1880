/** The tensors that make a session compute with adapters. Those of a lone adapter are kept, so that a swap back is instant. */

import type { Adapter } from "../adapters/adapter.ts";
import { slotValues, type ActiveAdapter, type SlotSite } from "../adapters/servingSlots.ts";
import { floats, type RuntimeTensor } from "./session.ts";

export type Feeds = Readonly<Record<string, RuntimeTensor>>;

/** @param sites where adapters attach in the session's graph; the adapters must fit them */
export function adapterFeeds(sites: readonly SlotSite[]): (active: readonly ActiveAdapter[]) => Feeds {
  const feedsOf = (active: readonly ActiveAdapter[]): Feeds => {
    const values = Object.entries(slotValues(sites, active));
    return Object.fromEntries(values.map(([name, slot]) => [name, floats(slot.values, slot.shape)]));
  };
  const remembered = new WeakMap<Adapter, { scale: number; feeds: Feeds }>();
  const none = feedsOf([]);
  return (active) => {
    const [first, ...others] = active;
    if (!first) return none;
    if (others.length > 0) return feedsOf(active);
    const known = remembered.get(first.adapter);
    const feeds = known?.scale === first.scale ? known.feeds : feedsOf(active);
    remembered.set(first.adapter, { scale: first.scale, feeds });
    return feeds;
  };
}
