/** The tensors that feed adapters to a session. The tensors of a single adapter are cached, so swapping back is instant. */

import type { Adapter } from "../../adapters/adapter.ts";
import { slotValues, type ActiveAdapter, type SlotSite, type SlotValue } from "../../adapters/servingSlots.ts";
import { floats, type RuntimeTensor } from "../../runtime/session.ts";

export type Feeds = Readonly<Record<string, RuntimeTensor>>;

export function feedsOf(values: Readonly<Record<string, SlotValue>>): Feeds {
  return Object.fromEntries(Object.entries(values).map(([name, slot]) => [name, floats(slot.values, slot.shape)]));
}

/** @param sites where adapters attach in the session's graph; the adapters must fit them */
export function adapterFeeds(sites: readonly SlotSite[]): (active: readonly ActiveAdapter[]) => Feeds {
  const feedsFor = (active: readonly ActiveAdapter[]): Feeds => feedsOf(slotValues(sites, active));
  const cache = new WeakMap<Adapter, { scale: number; feeds: Feeds }>();
  const none = feedsFor([]);
  return (active) => {
    const [first, ...others] = active;
    if (!first) return none;
    if (others.length > 0) return feedsFor(active);
    const known = cache.get(first.adapter);
    const feeds = known?.scale === first.scale ? known.feeds : feedsFor(active);
    cache.set(first.adapter, { scale: first.scale, feeds });
    return feeds;
  };
}
