import { expect, test } from "vitest";
import { isPortableName } from "../../../extension/core/foundation/platform.ts";

test.each(["CON", "nul", "aux.json", "Com1", "lpt9.txt", "com¹", "con.tar.gz", "name.", "name "])(
  "isPortableName refuses %j, which is another thing on Windows",
  (name) => {
    expect(isPortableName(name)).toBe(false);
  },
);

test.each(["console", "con-1", "com10", "null", ".con", "a.con", "name.json", "COM"])(
  "isPortableName takes %j",
  (name) => {
    expect(isPortableName(name)).toBe(true);
  },
);
