/** The report of the runner inside the extension host to the launcher outside. */

export interface HostResults {
  passed: number;
  failed: number;
  /** By their full titles. */
  skipped: string[];
  /** One entry a test, in the order they ran. */
  report: string[];
}
