import { expect } from "vitest";
import { graftReady } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";

/** The two roots continue differently after the same text, and neither contains the other one's continuation. */
const ledger = (rest: string): string =>
  ["alpha", "beta", "gamma"].map((name) => `quarterly_${name} = ledger_total_of(${rest})\n`).join("");

const test = editorTest({
  roots: ["one", "two"],
  files: {
    "one/ledger_one.py": ledger("invoices.paid_in_full, currency)"),
    "one/first.py": "def first(ledger):\n    pass\n\n\n",
    "two/ledger_two.py": ledger("receipts.still_open, region)"),
    "two/second.py": "def second(ledger):\n    pass\n\n\n",
  },
});

test.for([
  ["first.py", "invoices.paid_in_full"],
  ["second.py", "receipts.still_open"],
] as const)("a suggestion in %s follows its own root", async ([file, rest], { workbench }) => {
  await workbench.openFile(file);
  await graftReady(workbench);
  await workbench.press("ControlOrMeta+End");
  await workbench.type("quarterly_delta = ledger_total_of(");
  const seen = async (): Promise<string> => (await workbench.ghostPieces.allTextContents()).join("");
  // The index may still be being read. A suggestion that the user asks for appears in any case.
  await expect
    .poll(async () => (await workbench.press("Alt+\\"), await seen()), { timeout: 60_000, interval: 1000 })
    .toContain(rest);
});
