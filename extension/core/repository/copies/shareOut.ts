/** Shares out few places among groups by their weights, by the method of D'Hondt. */

export interface Group<T> {
  readonly members: readonly T[];
  readonly weight: number;
}

/** Takes up to `most` members, each time the next one of the group with the largest weight per member taken. */
export function shareOut<T>(groups: readonly Group<T>[], most: number): T[] {
  const taken: T[] = [];
  const counts = groups.map(() => 0);
  while (taken.length < most) {
    let best = -1;
    let bestShare = 0;
    for (const [index, { members, weight }] of groups.entries()) {
      const share = counts[index]! < members.length ? weight / (counts[index]! + 1) : 0;
      if (share > bestShare) [best, bestShare] = [index, share];
    }
    if (best < 0) break;
    taken.push(groups[best]!.members[counts[best]!++]!);
  }
  return taken;
}
