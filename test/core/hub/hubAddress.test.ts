import { expect, test } from "vitest";
import { formatHubAddress, parseHubAddress } from "../../../extension/core/hub/hubAddress.ts";

test.each([
  ["Qwen/Qwen2.5-Coder-0.5B", "Qwen/Qwen2.5-Coder-0.5B@main"],
  ["bigcode/starcoder2-3b@v1.0", "bigcode/starcoder2-3b@v1.0"],
  ["acme/m@refs/pr/3", "acme/m@refs/pr/3"],
])("parseHubAddress reads %s", (text, formatted) => {
  const address = parseHubAddress(text);
  expect(address && formatHubAddress(address)).toBe(formatted);
});

test.each(["gpt2", "./models/mine", "../mine", "/models/mine", "C:\\models\\mine", "a/b/c", "~/mine", "a/b@", ""])(
  "parseHubAddress leaves the path %j alone",
  (text) => expect(parseHubAddress(text)).toBeUndefined(),
);
