/** Files that import themselves through others: Tarjan's strongly connected components (SIAM J. Comput. 1972) of more than one file. */

import type { Source } from "./sources.ts";

export function fileCircles(files: readonly Pick<Source, "path" | "requests">[]): string[][] {
  const requestsOf = new Map(files.map(({ path, requests }) => [path, requests]));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string): number => {
    const number = order.size;
    order.set(path, number);
    lowest.set(path, number);
    open.push(path);
    for (const request of requestsOf.get(path) ?? []) {
      if (!requestsOf.has(request)) continue;
      const reached = order.has(request) ? (open.includes(request) ? order.get(request)! : Infinity) : visit(request);
      lowest.set(path, Math.min(lowest.get(path)!, reached));
    }
    if (lowest.get(path) === number) {
      const circle = open.splice(open.indexOf(path));
      if (circle.length > 1 || requestsOf.get(path)?.includes(path)) circles.push(circle.toSorted());
    }
    return lowest.get(path)!;
  };
  for (const { path } of files) if (!order.has(path)) visit(path);
  return circles;
}
