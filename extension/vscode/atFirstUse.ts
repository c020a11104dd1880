/** Loads parts of the extension when they are first used, so that the editor's start loads only what it needs. */

/** Returns a function that loads the part once. A load that failed is tried again. */
export function atFirstUse<Part>(load: () => Promise<Part>): () => Promise<Part> {
  let loading: Promise<Part> | undefined;
  return async () => {
    loading ??= load();
    try {
      return await loading;
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };
}

interface Disposable {
  dispose(): unknown;
}

/** Opens a part. If that fails, disposes what the part has registered so far, so that another try does not register it twice. */
export function allOrNothing<Registered extends Disposable, Part>(
  subscriptions: Registered[],
  open: (opened: Registered[]) => Part,
): Part {
  const opened: Registered[] = [];
  try {
    const part = open(opened);
    subscriptions.push(...opened);
    return part;
  } catch (error) {
    for (const one of opened.toReversed()) one.dispose();
    throw error;
  }
}
