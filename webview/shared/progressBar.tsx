/** A progress bar. */

export interface ProgressBarProps {
  /** From 0 to 1; undefined while unknown. */
  share: number | undefined;
  label?: string;
  /** Id of the element that labels it. */
  labelledBy?: string;
}

export function ProgressBar({ share, label, labelledBy }: ProgressBarProps) {
  const names = { "aria-label": label, "aria-labelledby": labelledBy };
  // Use separate elements, because a bar that had a value shows 0 without one.
  if (share === undefined) return <progress key="unknown" max={1} {...names} />;
  return <progress key="known" max={1} value={share} {...names} />;
}

/** Returns the done fraction; 0 of 0 is 0. */
export function shareOf(done: number, total: number): number {
  return total > 0 ? done / total : 0;
}
