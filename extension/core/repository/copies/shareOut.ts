/** Shares a small number of places among groups by their weights. */

export interface Group<T> {
  readonly members: readonly T[];
  readonly weight: number;
}

/** The share of the places that is kept for groups that would otherwise get none. */
const kept = 1 / 4;

/**
 * Takes up to `most` members by the D'Hondt method: repeatedly takes the next member of the group with the largest weight /
 * (members taken + 1). The last places go to groups that have none yet, in their order.
 */
export function shareOut<T>(groups: readonly Group<T>[], most: number): T[] {
  const counts = groups.map(() => 0);
  const taken: T[] = [];
  const next = (): number => {
    let best = -1;
    let bestShare = 0;
    for (const [index, { members, weight }] of groups.entries()) {
      const share = counts[index]! < members.length ? weight / (counts[index]! + 1) : 0;
      if (share > bestShare) [best, bestShare] = [index, share];
    }
    return best;
  };
  const take = (index: number): void => {
    taken.push(groups[index]!.members[counts[index]!++]!);
  };
  const waiting = (): number => counts.filter((count) => count === 0).length;
  while (taken.length < most - Math.min(Math.floor(most * kept), waiting())) {
    const index = next();
    if (index < 0) return taken;
    take(index);
  }
  for (const [index, count] of counts.entries()) if (count === 0 && taken.length < most) take(index);
  return taken;
}
