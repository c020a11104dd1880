/** A trained adapter as values in memory, for any method. Files and graphs are elsewhere. */

import type { methods } from "./methods/methods.ts";

type Kind = NonNullable<(typeof methods)[number]["adapter"]>;

/** An adapter of any method that makes adapters. */
export type Adapter = Parameters<Kind["tensorsOf"]>[0];

/** An adapter with the number of its values instead of the values. This is enough to describe it and to check what it fits. */
export type AdapterOutline = Parameters<Kind["checkFits"]>[0];

/** An adapter that attaches to modules of the base and can be merged into their weights. */
export type ModuleAdapter = Extract<Adapter, { readonly modules: unknown }>;
