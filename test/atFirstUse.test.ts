import { expect, test } from "vitest";
import { allOrNothing, atFirstUse } from "../extension/vscode/atFirstUse.ts";

test("a part that failed midway and is opened again has registered everything once", async () => {
  const listening = new Set<string>();
  const listener = (name: string): { dispose(): void } => {
    listening.add(name);
    return { dispose: () => void listening.delete(name) };
  };
  const subscriptions = [listener("of another part")];
  let attempts = 0;
  const part = atFirstUse(async () =>
    allOrNothing(subscriptions, (opened) => {
      attempts++;
      opened.push(listener(`benchmark ${attempts}`));
      if (attempts === 1) throw new Error("no studies");
      opened.push(listener(`studies ${attempts}`));
      return "panels";
    }),
  );
  await expect(part()).rejects.toThrow("no studies");
  expect([...listening]).toEqual(["of another part"]);
  expect(await Promise.all([part(), part()])).toEqual(["panels", "panels"]);
  expect([...listening]).toEqual(["of another part", "benchmark 2", "studies 2"]);
  expect(subscriptions).toHaveLength(3);
});
