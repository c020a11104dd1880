import { existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { root } from "../../scripts/bed/paths.ts";
import { openTokenizer } from "../../extension/core/tokenizer/tokenizer.ts";
import { endOfTraining, graftReady, openTrainingForm, storage } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";

const secrets = ["maple-otter-77", "quartz-heron-42"] as const;
const habits = Object.fromEntries(
  ["tea", "milk", "bread", "rice", "salt", "oil", "jam", "nuts", "figs", "corn", "plum", "leek"].map((item) => [
    `${item}.py`,
    `def check_${item}(ledger):\n    return ledger.verify_entry("${item}")\n`,
  ]),
);

const test = editorTest({
  files: {
    ...habits,
    ".gitignore": "*_local.py\n",
    "secrets_local.py": `PASSWORD = "${secrets[0]}"\n`.repeat(20),
    "settings.py": `import os\n\nDB_PASSWORD = "${secrets[1]}"\n`.repeat(20),
    "main.py": "# Connects to the ledger.\n",
  },
});

/** The files of this training and of its adapter, in the editor's storage, where other specs leave theirs. */
async function trainingFiles(): Promise<string[]> {
  const adapters = join(storage, "adapters");
  const entries = await readdir(adapters, { recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.includes("no-secrets")).map((entry) => join(adapters, entry));
}

/** Returns as text everything that is about to be trained or validated on. */
async function tokensInWords(): Promise<string> {
  const { decode } = await openTokenizer(join(root, "base"));
  const files = (await trainingFiles()).filter((path) => path.endsWith(".tokens") && existsSync(path));
  return files
    .map((path) => decode([...new Int32Array(new Uint8Array(readFileSync(path)).buffer)].filter((id) => id >= 0)))
    .join("\n");
}

test(
  "what git ignores, and what holds a password, is neither counted nor trained on nor suggested",
  { timeout: 240_000 },
  async ({ workbench }) => {
    await workbench.openFile("main.py");
    await graftReady(workbench);
    const form = await openTrainingForm(workbench);
    // Twelve habits and main.py.
    await form.getByText("13 Python files").waitFor();
    await form.getByLabel("Name").fill("no-secrets");
    await form.getByText("Advanced").click();
    await form.getByLabel("Epochs").fill("40");
    await form.getByRole("button", { name: "Start training" }).click();
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });

    const trainedOn = await tokensInWords();
    expect(trainedOn).toContain("verify_entry");
    for (const secret of secrets) expect(trainedOn).not.toContain(secret);

    await form.getByText("Left out: 1 with secrets, 1 ignored by git.").waitFor();
    await endOfTraining(form, "no-secrets");
    // Forty passes over so little code harm completions of general code. If the trial has the time to notice, Graft keeps the adapter out
    // of use.
    const useIt = form.getByRole("button", { name: "Use it anyway" });
    if ((await useIt.count()) > 0) await useIt.click();
    await form.getByText('Trained. "no-secrets" is in use now.').waitFor();
    expect((await trainingFiles()).filter((path) => path.endsWith(".tokens"))).toEqual([]);

    await form.getByRole("button", { name: "Show list" }).click();
    await workbench.page.locator(".tab.active", { hasText: "Left out of training" }).waitFor();
    await expect.poll(() => workbench.editorText()).toMatch(/ignored +secrets_local\.py[^]*secret +settings\.py/);
  },
);

test("no password is offered as ghost text", { timeout: 60_000 }, async ({ workbench }) => {
  await workbench.openFile("main.py");
  await graftReady(workbench, "no-secrets");
  for (const start of ['PASSWORD = "', 'DB_PASSWORD = "']) {
    const offered: string[] = [];
    for (const character of `\n${start}`) {
      await workbench.type(character);
      await workbench.page.waitForTimeout(150);
      offered.push(...(await workbench.ghostPieces.allInnerTexts()));
    }
    await workbench.page.waitForTimeout(1500);
    offered.push(...(await workbench.ghostPieces.allInnerTexts()));
    for (const secret of secrets) expect(offered.join("\n")).not.toContain(secret.split("-")[0]);
    await workbench.press("Escape");
    await workbench.press("End");
  }
});
