/** A Chinese VS Code: what core writes in a process of its own appears in Chinese, as the window's own texts do. */

import { expect } from "vitest";
import { editorTest } from "./harness/spec.ts";

const test = editorTest({ files: { "main.py": "" }, settings: { "graft.base": "/nowhere" }, language: "zh-cn" });

test("an error of the engine says in Chinese what is wrong, and what to do", async ({ workbench }) => {
  await workbench.statusItem("Graft：").waitFor({ timeout: 60_000 });
  await workbench.openFile("main.py");
  const notice = workbench.notification("找不到基座模型“/nowhere”");
  await notice.waitFor({ timeout: 60_000 });
  expect(await notice.textContent()).toContain("请从 `graft models` 中选择基座模型");
  await notice.getByRole("button", { name: "打开设置" }).waitFor();
  await workbench.screenshot("chinese, an error of the engine");
});
