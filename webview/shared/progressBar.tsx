/** How much of something is done. */

export interface ProgressBarProps {
  /** In 0..1; undefined while nobody knows. */
  share: number | undefined;
  label?: string;
  /** Id of the element that names it. */
  labelledBy?: string;
}

export function ProgressBar({ share, label, labelledBy }: ProgressBarProps) {
  const names = { "aria-label": label, "aria-labelledby": labelledBy };
  // An element of its own for each kind: a bar that has had a value shows 0 without one.
  if (share === undefined) return <progress key="unknown" max={1} {...names} />;
  return <progress key="known" max={1} value={share} {...names} />;
}

/** Nothing of nothing is nothing. */
export function shareOf(done: number, total: number): number {
  return total > 0 ? done / total : 0;
}
