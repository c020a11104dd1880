import { expect, test } from "vitest";
import { withoutPasswords } from "../../../extension/core/foundation/withoutPasswords.ts";

test.each([
  ["http://ann:s3cret@proxy:8080", "http://…@proxy:8080"],
  ["http://s3cret@proxy", "http://…@proxy"],
  ["ann:s3cret@proxy:8080", "…@proxy:8080"],
  ["http://ann:s3@cret@proxy", "http://…@proxy"],
  [
    "fetch failed for https://ann:s3cret@hub/path, and http://b:c@d",
    "fetch failed for https://…@hub/path, and http://…@d",
  ],
  ["https://hub/Qwen/Qwen2.5@main", "https://hub/Qwen/Qwen2.5@main"],
  ["Qwen/Qwen2.5-Coder@refs/pr/3", "Qwen/Qwen2.5-Coder@refs/pr/3"],
  ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
])("withoutPasswords shows %s as %s", (text, shown) => expect(withoutPasswords(text)).toBe(shown));
