import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import { draftPace, longestDraft } from "../../../../extension/core/inference/drafts/draftPace.ts";

/** Decodes with guesses that are right at this rate, on a machine where each guessed token costs this part of a run. */
function paceAfter({ rate, cost }: { readonly rate: number; readonly cost: number }) {
  const random = seededRandom(1, "pace");
  const pace = draftPace();
  let [milliseconds, tokens, drafted] = [0, 0, 0];
  for (let run = 0; run < 4000; run++) {
    const hasGuess = run % 4 > 0;
    const length = hasGuess ? pace.length(1) : 0;
    let accepted = 0;
    while (accepted < length && random.next() < rate) accepted++;
    const time = 10 * (1 + cost * length);
    pace.learn({ evidence: hasGuess ? 1 : 0, drafted: length, accepted, milliseconds: time });
    if (run < 1000) continue;
    milliseconds += time;
    tokens += 1 + accepted;
    drafted += length;
  }
  return { speed: (10 * tokens) / milliseconds, drafted: drafted / 3000, next: pace.length(1) };
}

describe("draftPace", () => {
  test("guesses many tokens where they are cheap and right", () => {
    expect(paceAfter({ rate: 0.98, cost: 0.05 }).next).toBe(longestDraft);
    expect(paceAfter({ rate: 0.9, cost: 0.1 }).speed).toBeGreaterThan(1.8);
  });

  test("guesses fewer where they are often wrong", () => {
    const [often, seldom] = [paceAfter({ rate: 0.9, cost: 0.1 }), paceAfter({ rate: 0.5, cost: 0.1 })];
    expect(seldom.drafted).toBeLessThan(often.drafted);
    expect(seldom.drafted).toBeGreaterThan(0);
  });

  test.each([
    { rate: 0, cost: 0.1 },
    { rate: 0.1, cost: 0.3 },
    { rate: 0.5, cost: 0.9 },
    { rate: 0.9, cost: 1 },
  ])("costs next to nothing where guesses do not pay (%j)", (machine) => {
    expect(paceAfter(machine).speed).toBeGreaterThan(0.98);
  });

  test("classes of evidence learn for themselves", () => {
    const pace = draftPace();
    for (let i = 0; i < 200; i++) pace.learn({ evidence: 0, drafted: 2, accepted: 0, milliseconds: 10 });
    expect(pace.length(3)).toBeGreaterThan(0);
    expect(pace.length(0)).toBe(0);
  });
});
