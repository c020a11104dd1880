/** How near two files of a repository are to each other. */

/** Returns the share of folders that two paths have in common, from 0 to 1. */
export function nearness(a: string, b: string): number {
  const [one, other] = [a.split("/"), b.split("/")];
  const folders = Math.max(one.length, other.length) - 1;
  if (folders === 0) return 1;
  let common = 0;
  while (common < Math.min(one.length, other.length) - 1 && one[common] === other[common]) common++;
  return common / folders;
}

/** Compares paths or texts by code units, so that the order does not depend on the locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
