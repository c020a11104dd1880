/** What the runner inside the extension host tells the launcher outside. */

export interface HostResults {
  passed: number;
  failed: number;
  /** One entry a test, in the order they ran. */
  report: string[];
}
