import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { installFolder } from "../../../../extension/core/baseModels/import/installFolder.ts";

/** As on Windows, where a file of the base is mapped. */
vi.mock("../../../../extension/core/foundation/renamePatiently.ts", () => ({
  renamePatiently: async () => {
    throw Object.assign(new Error("EPERM: operation not permitted"), { code: "EPERM" });
  },
}));

test("installFolder says that the base to replace is in use, keeps it, and leaves nothing behind", async () => {
  const parent = await mkdtemp(join(tmpdir(), "graft-install-"));
  await mkdir(join(parent, "mine"));
  await writeFile(join(parent, "mine", "weights.bin"), "old");
  const fill = async (temporary: string): Promise<string> => {
    await mkdir(temporary);
    await writeFile(join(temporary, "weights.bin"), "new");
    return "mine";
  };
  await expect(installFolder(parent, fill, async () => false)).rejects.toMatchObject({
    name: "UserError",
    code: "base-in-use",
    message: expect.stringContaining('"mine"'),
  });
  expect(await readFile(join(parent, "mine", "weights.bin"), "utf8")).toBe("old");
  expect(await readdir(parent)).toEqual(["mine"]);
  await rm(parent, { recursive: true });
});
