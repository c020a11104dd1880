/** PEFT's names: the keys of tensors, and the modules in adapter_config.json. */

/** A tensor of an adapter. */
export interface AdapterTensor<Values = Float32Array> {
  readonly shape: readonly number[];
  readonly values: Values;
}

/** Returns PEFT's key of a tensor: `part` is its role, such as "lora_A.weight", in the module `path`. */
export function peftKey(path: string, part: string): string {
  return `base_model.model.${path}.${part}`;
}

/** Returns the task type of a model with an encoder, which the names of its modules reveal. */
export function taskOf(modules: ReadonlyMap<string, unknown>): Readonly<Record<string, unknown>> {
  const isEncoderDecoder = [...modules.keys()].some((path) => /^(encoder|decoder)\./.test(path));
  return isEncoderDecoder ? { task_type: "SEQ_2_SEQ_LM" } : {};
}

/**
 * Returns target_modules that make PEFT find `paths` among `all`: last names ("q_proj") if these select the same modules in
 * every layer from the first on, otherwise full paths, as PEFT does for "all-linear".
 */
export function targetModules(paths: readonly string[], all = paths): string[] {
  const layers = new Set(all.map(layerOf));
  const byName = new Map<string, string[]>();
  for (const path of paths) {
    const name = lastName(path);
    const others = byName.get(name);
    if (others) others.push(path);
    else byName.set(name, [path]);
  }
  const everywhere = [...byName.values()].every((chosen) => {
    return chosen.length === layers.size && new Set(chosen.map(layerOf)).size === layers.size;
  });
  const fromFirst = [...layers.keys()].every((layer) => layer !== undefined && layer < layers.size);
  return everywhere && fromFirst ? [...byName.keys()].toSorted() : [...paths].toSorted();
}

/** Returns the last name of a path, such as "q_proj". */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

function layerOf(path: string): number | undefined {
  const number = /\.(\d+)\./.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}
