/**
 * A session whose graph has slots only for the adapters that it has been given so far. An adapter that changes more of the base reopens it,
 * once; all other swaps only change the fed values.
 */

import { changesOf, type ActiveAdapter, type Changes } from "../../adapters/servingSlots.ts";
import type { Device } from "../../runtime/device.ts";
import type { Session } from "../../runtime/session.ts";
import { adapterFeeds, type Feeds } from "./adapterFeeds.ts";
import type { InferenceGraph } from "./inferenceGraph.ts";

export interface AdaptedSession extends Session {
  /** Switches to these adapters, which must fit the base. No run may be under way. */
  useAdapters(active: readonly ActiveAdapter[]): void;
}

export interface AdaptedSessionParts {
  /** All modules of the base. */
  readonly paths: readonly string[];
  readonly device: Device;
  readonly graphWith: (changes: Changes) => InferenceGraph;
  readonly open: (model: InferenceGraph["model"]) => Promise<Session>;
}

interface Opened {
  readonly session: Session;
  readonly feedsOf: (active: readonly ActiveAdapter[]) => Feeds;
}

/** @param initial the changes that the first session has slots for */
export async function openAdaptedSession(
  { paths, device, graphWith, open }: AdaptedSessionParts,
  initial: Changes,
): Promise<AdaptedSession> {
  let active: readonly ActiveAdapter[] = [];
  let changes = initial;
  let opened: Opened | undefined;
  /** The feeds of the active adapters; undefined if the session lacks slots for them. */
  let slots: Feeds | undefined;

  const reopen = async (): Promise<Opened> => {
    // Two sessions at once would hold the weights twice.
    await opened?.session.release();
    opened = undefined;
    changes = new Set([...changes, ...changesOf(paths, active)]);
    const graph = graphWith(changes);
    opened = { session: await open(graph.model), feedsOf: adapterFeeds(graph.slots, device) };
    slots = opened.feedsOf(active);
    return opened;
  };
  await reopen();

  return {
    useAdapters: (next) => {
      active = next;
      const hasSlots = [...changesOf(paths, next)].every((change) => changes.has(change));
      slots = hasSlots ? opened?.feedsOf(next) : undefined;
    },
    run: async (feeds) => {
      const { session } = slots && opened ? opened : await reopen();
      return await session.run({ ...slots, ...feeds });
    },
    release: async () => await opened?.session.release(),
  };
}
