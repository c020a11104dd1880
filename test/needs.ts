/** Tests that need something of the machine. If it is missing, they are skipped, and the end of `npm test` says why. */

declare module "vitest" {
  interface TaskMeta {
    /** What a test needs, reported if the test is skipped. */
    needs?: string;
  }
}

/** Options of a test, or of a group of them, that needs `what`. */
export function needs(what: string, isThere: boolean): { skip: boolean; meta: { needs: string } } {
  return { skip: !isThere, meta: { needs: what } };
}
