import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sourceCounter } from "../../../../extension/core/training/data/countSources.ts";
import { temporaryRepository } from "../../../temporaryFolder.ts";

/** In two parts, so that this file holds no secret. */
const secret = ["token = 'ghp_", "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'\n"].join("");

test("sourceCounter: counts what training reads, not files with secrets, generated or ignored ones", async () => {
  const folder = await temporaryRepository({
    ".gitignore": "local.py\n",
    "a.py": "x = 1\n",
    "p/b.py": "y = 2\n",
    "keys.py": secret,
    "schema_pb2.py": "z = 3\n",
    "local.py": "w = 4\n",
    "notes.txt": "no Python\n",
  });
  const count = sourceCounter();
  expect(await count([folder, join(folder, "p"), join(folder, "none")])).toBe(2);
  await writeFile(join(folder, "keys.py"), "import os\n\ntoken = os.environ['TOKEN']\n");
  await writeFile(join(folder, "a.py"), `x = 1\n${secret}`);
  await writeFile(join(folder, "p/c.py"), "v = 5\n");
  expect(await count([folder])).toBe(3);
  expect(await sourceCounter({ mostRead: 1 })([folder])).toBe(4);
});
