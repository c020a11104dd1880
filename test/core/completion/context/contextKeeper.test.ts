import { describe, expect, test } from "vitest";
import { contextKeeper, type ContextKeeper } from "../../../../extension/core/completion/context/contextKeeper.ts";
import type { RepositoryAnswer, RepositoryQuery } from "../../../../extension/core/repository/repositoryQuery.ts";

const query: RepositoryQuery = { path: "own.py", prefix: "import other\n", suffix: "" };
const part = (path: string, name = path) => ({
  path,
  text: `value_of_${name} = compute()\nother_of_${name} = compute()\n`,
});

/** A keeper whose index gives the answers that the test sets. */
function open(first: Partial<RepositoryAnswer>): {
  keeper: ContextKeeper;
  answer: (next: Partial<RepositoryAnswer> | undefined) => void;
} {
  const whole = (some: Partial<RepositoryAnswer>): RepositoryAnswer => ({
    definitions: [],
    similar: [],
    copies: [],
    ...some,
  });
  let current: RepositoryAnswer | undefined = whole(first);
  const keeper = contextKeeper({
    ask: () => Promise.resolve(current),
    limits: () => ({ characters: 4000, each: 800 }),
  });
  return { keeper, answer: (next) => void (current = next && whole(next)) };
}

const pathsOf = (found: { readonly context: readonly { readonly path: string }[] } | undefined): string[] | undefined =>
  found?.context.map(({ path }) => path);

describe("contextKeeper", () => {
  test("keeps the context while the user types, and asks for copies each time", async () => {
    const { keeper, answer } = open({ similar: [part("a.py")] });
    const first = await keeper.request(query);
    expect(pathsOf(first)).toEqual(["a.py"]);
    const copies = [{ path: "c.py", before: "x", after: "y" }];
    answer({ similar: [part("b.py")], copies });
    const second = await keeper.request(query);
    expect(second.context).toBe(first.context);
    expect(second.copies).toEqual(copies);
    answer(undefined);
    expect(await keeper.request(query)).toEqual({ context: first.context, copies: undefined });
  });

  test("takes another context while the user pauses; the parts that stay keep their place in front", async () => {
    const { keeper, answer } = open({ similar: [part("b.py"), part("a.py")] });
    await keeper.request(query);
    answer({ similar: [part("a.py"), part("c.py"), part("b.py"), part("d.py")] });
    expect(pathsOf(await keeper.pause(query))).toEqual(["a.py", "b.py", "d.py", "c.py"]);
    expect(pathsOf(await keeper.request(query))).toEqual(["a.py", "b.py", "d.py", "c.py"]);
  });

  test("a file that the index does not hold any more leaves a context that stays", async () => {
    const similar = ["a.py", "b.py", "c.py", "d.py"].map((path) => part(path));
    const { keeper, answer } = open({ similar });
    await keeper.request(query);
    answer({ similar: similar.slice(1), gone: ["a.py"] });
    expect(pathsOf(await keeper.request(query))).toEqual(["d.py", "c.py", "b.py"]);
    keeper.clear();
    answer({ similar });
    await keeper.request(query);
    answer({ similar: similar.slice(1), gone: ["a.py"] });
    expect(pathsOf(await keeper.pause(query))).toEqual(["d.py", "c.py", "b.py"]);
  });

  test("a context that holds most of the new one stays as it is", async () => {
    const similar = ["a.py", "b.py", "c.py", "d.py"].map((path) => part(path));
    const { keeper, answer } = open({ similar });
    const first = await keeper.request(query);
    answer({ similar: [...similar.slice(0, 3), part("e.py")] });
    expect(await keeper.pause(query)).toBeUndefined();
    answer({ similar: [...similar.slice(0, 2), part("e.py"), part("f.py")] });
    const later = await keeper.pause(query);
    expect(pathsOf(later)).toEqual(["b.py", "a.py", "f.py", "e.py"]);
    expect(later!.context).not.toBe(first.context);
  });

  test("a file that stands in the context of several files may change", async () => {
    const { keeper, answer } = open({ similar: [part("shared.py")] });
    for (const path of ["one.py", "two.py", "three.py"]) await keeper.request({ ...query, path });
    keeper.fileChanged("shared.py", false);
    answer({ similar: [part("other.py")] });
    for (const path of ["one.py", "two.py", "three.py"]) {
      expect(pathsOf(await keeper.pause({ ...query, path }))).toEqual(["other.py"]);
    }
  });

  test("an answer that was on its way when all was forgotten is not kept", async () => {
    const { keeper, answer } = open({ similar: [part("secret.py")] });
    const onItsWay = keeper.request(query);
    keeper.clear();
    expect(await onItsWay).toEqual({ context: [], copies: undefined });
    answer(undefined);
    expect((await keeper.request(query)).context).toEqual([]);
  });

  test("text of a file that is gone leaves at once; a changed file's at the next pause", async () => {
    const { keeper, answer } = open({ similar: [part("a.py"), part("secret.py")] });
    await keeper.request(query);
    keeper.fileChanged("secret.py", true);
    expect(pathsOf(await keeper.request(query))).toEqual(["a.py"]);
    answer({ similar: [part("a.py", "changed")] });
    expect(pathsOf(await keeper.pause(query))).toEqual(["a.py"]);
    answer({ similar: [part("a.py", "again")] });
    keeper.fileChanged("a.py", false);
    expect((await keeper.request(query)).context[0]!.text).toContain("changed");
    expect((await keeper.pause(query))!.context[0]!.text).toContain("again");
  });

  test("each file has a context of its own; a pause that is cancelled changes nothing", async () => {
    const { keeper, answer } = open({ similar: [part("a.py")] });
    await keeper.request(query);
    answer({ similar: [part("b.py")] });
    expect(pathsOf(await keeper.request({ ...query, path: "second.py" }))).toEqual(["b.py"]);
    expect(await keeper.pause(query, AbortSignal.abort())).toBeUndefined();
    expect(pathsOf(await keeper.request(query))).toEqual(["a.py"]);
    keeper.clear();
    expect(pathsOf(await keeper.request(query))).toEqual(["b.py"]);
  });

  test("has nothing where the index does not answer in time", async () => {
    const { keeper, answer } = open({});
    answer(undefined);
    expect(await keeper.request(query)).toEqual({ context: [], copies: undefined });
    expect(await keeper.pause(query)).toBeUndefined();
  });
});
