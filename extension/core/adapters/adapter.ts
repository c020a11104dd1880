/** An adapter as values: what each method's consists of once it is trained. It knows no files and no graphs. */

import type { methods } from "./methods/methods.ts";

type Kind = NonNullable<(typeof methods)[number]["adapter"]>;

/** Adapters of all methods that have some. */
export type Adapter = Parameters<Kind["tensorsOf"]>[0];

/** An adapter whose values are only counted: enough to describe it, and to tell what it fits. */
export type AdapterOutline = Parameters<Kind["checkFits"]>[0];

/** Adapters that attach to modules of the base, and can be merged into their weights. */
export type ModuleAdapter = Extract<Adapter, { readonly modules: unknown }>;
