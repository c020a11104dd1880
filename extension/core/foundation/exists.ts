/** Whether something lies at a path. */

import { access } from "node:fs/promises";

export async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
