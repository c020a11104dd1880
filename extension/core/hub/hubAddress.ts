/** Parses the address of a model on the hub: OWNER/NAME, or OWNER/NAME@REVISION. */

export interface HubAddress {
  /** Owner and name, such as "Qwen/Qwen2.5-Coder-0.5B". */
  readonly repository: string;
  /** A branch, a tag, a commit or refs/pr/N. */
  readonly revision: string;
}

/** The hub's own rules for names, so that paths do not match. */
const pattern = /^(?<repository>[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9_][\w.-]{0,95})(?:@(?<revision>[^\s@]+))?$/;

/** Returns undefined if the text cannot be an address, such as a path. */
export function parseHubAddress(text: string): HubAddress | undefined {
  const { repository, revision = "main" } = pattern.exec(text)?.groups ?? {};
  return repository === undefined ? undefined : { repository, revision };
}

export function formatHubAddress({ repository, revision }: HubAddress): string {
  return `${repository}@${revision}`;
}
