/** A Chinese VS Code: texts that core writes in another process appear in Chinese, like the window's own texts and pages. */

import { expect } from "vitest";
import { editorTest } from "./harness/spec.ts";

const test = editorTest({ files: { "main.py": "" }, settings: { "graft.base": "/nowhere" }, language: "zh-cn" });

test("an error of the engine says in Chinese what is wrong, and what to do", async ({ workbench }) => {
  await workbench.statusItem("Graft：").waitFor({ timeout: 60_000 });
  await workbench.openFile("main.py");
  const notice = workbench.notification("找不到基座模型“/nowhere”");
  await notice.waitFor({ timeout: 60_000 });
  expect(await notice.textContent()).toContain("在命令行中从 `graft models` 中选择");
  await notice.getByRole("button", { name: "打开设置" }).waitFor();
  await workbench.screenshot("chinese, an error of the engine");
});

test("the walkthrough is in Chinese", async ({ workbench }) => {
  await workbench.choose(() => workbench.command("Welcome: Open Walkthrough"), "Graft");
  await workbench.webview("text=您输入的任何内容都不会离开本机");
  await workbench.screenshot("chinese, walkthrough");
});

test("a page says that it is in Chinese, for screen readers", async ({ workbench }) => {
  await workbench.page.getByRole("tab", { name: "Graft" }).first().click();
  const view = await workbench.webview("form, section");
  expect(await view.locator("html").getAttribute("lang")).toBe("zh-cn");
});
