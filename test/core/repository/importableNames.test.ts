import { beforeAll, describe, expect, test } from "vitest";
import { openRepository, type Repository } from "../../../extension/core/repository/repository.ts";

const pricing = `"""Prices."""
import decimal

_CACHE = {}
MARKUP: int = 3
if MARKUP == 3:
    inner = 1


class PriceTable:
    def lookup(self, name):
        return name


async def quote(customer):
    return customer


def apply_discount(price, share):
    return price * (1 - share)
`;

let repository: Repository;
beforeAll(async () => {
  repository = await openRepository([
    { path: "shop/pricing.py", text: pricing },
    { path: "shop/main.py", text: "x = 1\n" },
  ]);
});

/** What may follow the prefix in shop/main.py. */
const namesAfter = (prefix: string): string[] =>
  repository
    .query({ path: "shop/main.py", prefix, suffix: "\n" })
    .copies.filter(({ before }) => prefix.endsWith(before))
    .map(({ after }) => after.trim());

describe("an unfinished import", () => {
  test.each([
    "from shop.pricing import ",
    "from .pricing import ",
    "    from pricing import (",
    "import os\nfrom .pricing import",
  ])("%j is followed by what the module defines", (prefix) => {
    const names = namesAfter(prefix);
    expect(names).toEqual(prefix.endsWith("import") ? [] : ["MARKUP", "PriceTable", "quote", "apply_discount"]);
  });

  test("goes on with the name that is begun, and names nothing twice", () => {
    expect(namesAfter("from .pricing import PriceTable, MARKUP, ")).toEqual(["quote", "apply_discount"]);
    expect(namesAfter("from .pricing import PriceTable, app")).toEqual(["ly_discount"]);
    expect(namesAfter("from .pricing import _")).toEqual(["CACHE"]);
    expect(namesAfter("from .pricing import quote")).toEqual([]);
  });

  test("takes no time for a line of blanks", () => {
    expect(namesAfter(`from .pricing import ${" ".repeat(300_000)}!`)).toEqual([]);
  });

  test("knows nothing of modules elsewhere", () => {
    for (const prefix of [
      "from decimal import ",
      "from ..other import ",
      "from .main import ",
      "import shop.pricing, ",
    ]) {
      expect(namesAfter(prefix)).toEqual([]);
    }
  });
});
