/** Loads parts of the extension when somebody first uses them, so that the editor's start loads only what it needs. */

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
