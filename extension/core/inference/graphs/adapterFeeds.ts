/** The tensors that feed adapters to a session. The tensors of a single adapter are cached, so swapping back is instant. */

import type { Adapter } from "../../adapters/adapter.ts";
import { slotValues, type ActiveAdapter, type Slot, type SlotValue } from "../../adapters/servingSlots.ts";
import type { Device } from "../../runtime/device.ts";
import { floats, type RuntimeTensor } from "../../runtime/session.ts";

/** WebGPU ends the process at a product over a dimension of size 0. Other accelerators are untested, so they get no such product. */
const leastRanks: Readonly<Record<Device, 0 | 1>> = { cpu: 0, cuda: 1, directml: 1, webgpu: 1, coreml: 1 };

export type Feeds = Readonly<Record<string, RuntimeTensor>>;

export function feedsOf(values: Readonly<Record<string, SlotValue>>): Feeds {
  return Object.fromEntries(Object.entries(values).map(([name, slot]) => [name, floats(slot.values, slot.shape)]));
}

/**
 * @param slots the slots of the session's graph; the adapters must fit them
 * @param device where the session runs
 */
export function adapterFeeds(slots: readonly Slot[], device: Device): (active: readonly ActiveAdapter[]) => Feeds {
  const feedsFor = (active: readonly ActiveAdapter[]): Feeds => feedsOf(slotValues(slots, active, leastRanks[device]));
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
