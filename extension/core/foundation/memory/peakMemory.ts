/** The peak memory of this process. */

import { readFileSync } from "node:fs";

/**
 * Returns the peak of resident memory in bytes. On Linux, it avoids the usual `maxRSS`, which begins with the peak of the process that
 * forked this one (`setmax_mm_hiwater_rss` in the kernel's exec): a small training in a large editor would seem large.
 */
export function peakMemoryBytes(): number {
  return residentPeak() ?? process.resourceUsage().maxRSS * 1024;
}

/** VmHWM of proc(5), in kibibytes; undefined on other systems. */
function residentPeak(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
