import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import {
  recoverFolder,
  writeFileAtomic,
  writeFileAtomicWith,
  writeFolderAtomic,
  writeNewFolder,
} from "../../../extension/core/foundation/atomicFile.ts";
import type { UserError } from "../../../extension/core/foundation/errors.ts";
import { needs } from "../../needs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atomic-"));
});

/** Fails as the operating system does. */
function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

async function failure(work: Promise<unknown>): Promise<UserError> {
  return await work.then(
    () => expect.fail("nothing was refused"),
    (error: unknown) => error as UserError,
  );
}

describe("writeFileAtomic", () => {
  test("replaces a file, makes missing folders, and leaves nothing else", async () => {
    const path = join(folder, "a/b/file.json");
    await writeFileAtomic(path, "old");
    await writeFileAtomic(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(readdirSync(join(folder, "a/b"))).toEqual(["file.json"]);
  });

  test("keeps the old file when the disk is full halfway", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "old");
    const error = await failure(
      writeFileAtomicWith(path, async (file) => {
        await file.write("half of the new");
        throw systemError("ENOSPC");
      }),
    );
    expect(error.code).toBe("disk-full");
    expect(error.message).toContain(path);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  test("says which folder is not one", async () => {
    writeFileSync(join(folder, "file"), "");
    const error = await failure(writeFileAtomic(join(folder, "file/inside"), ""));
    expect(error.code).toBe("not-writable");
    expect(error.nextStep).not.toBe("");
  });

  test("says what has the name already, and lets it alone", async () => {
    mkdirSync(join(folder, "taken"));
    const ofFolder = await failure(writeFileAtomic(join(folder, "taken"), ""));
    expect([ofFolder.code, ofFolder.message]).toEqual(["not-writable", expect.stringContaining("there is a folder")]);
    const ofRoot = await failure(writeFileAtomic(parse(folder).root, ""));
    expect([ofRoot.code, ofRoot.message]).toEqual(["not-writable", expect.stringContaining("there is a folder")]);
    writeFileSync(join(folder, "file"), "kept");
    const ofFile = await failure(writeFolderAtomic(join(folder, "file"), async () => {}));
    expect([ofFile.code, ofFile.message]).toEqual(["not-writable", expect.stringContaining("there is a file")]);
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("kept");
    expect(readdirSync(folder).toSorted()).toEqual(["file", "taken"]);
  });

  test("never takes the place of a device", needs("devices", existsSync("/dev/null")), async () => {
    const link = join(folder, "device");
    symlinkSync("/dev/null", link);
    for (const path of [link, "/dev/null"]) {
      const error = await failure(writeFileAtomic(path, ""));
      expect([error.code, error.message]).toEqual(["not-writable", expect.stringContaining("there is a device")]);
    }
    expect((await failure(writeFolderAtomic(link, async () => {}))).code).toBe("not-writable");
  });

  test("says that a folder is not writable", needs("a user who is not root", process.getuid?.() !== 0), async () => {
    mkdirSync(join(folder, "locked"));
    chmodSync(join(folder, "locked"), 0o500);
    expect((await failure(writeFileAtomic(join(folder, "locked/file"), ""))).code).toBe("not-writable");
  });
});

describe("writeFolderAtomic", () => {
  test("replaces a folder as a whole", async () => {
    const path = join(folder, "adapter");
    await writeFolderAtomic(path, async (temporary) => writeFileSync(join(temporary, "old"), ""));
    await writeFolderAtomic(path, async (temporary) => writeFileSync(join(temporary, "new"), ""));
    expect(readdirSync(path)).toEqual(["new"]);
    expect(readdirSync(folder)).toEqual(["adapter"]);
  });

  test("keeps the old folder, and removes the unfinished one, when filling fails", async () => {
    const path = join(folder, "adapter");
    await writeFolderAtomic(path, async (temporary) => writeFileSync(join(temporary, "old"), ""));
    const error = await failure(
      writeFolderAtomic(path, async (temporary) => {
        writeFileSync(join(temporary, "half"), "");
        throw systemError("ENOSPC");
      }),
    );
    expect(error.code).toBe("disk-full");
    expect(existsSync(join(path, "old"))).toBe(true);
    expect(readdirSync(folder)).toEqual(["adapter"]);
  });

  test("passes on what is not the disk's fault", async () => {
    const error = await failure(writeFolderAtomic(join(folder, "x"), () => Promise.reject(new Error("internal: bug"))));
    expect(error.message).toBe("internal: bug");
  });
});

describe("recoverFolder", () => {
  const put = (name: string, content: string): void => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "file"), content);
  };

  test("puts back a folder that was set aside when the process was killed, and removes what was unfinished", async () => {
    put(".mine.0123abcd.old", "old");
    put(".mine.89abcdef.part", "new");
    await recoverFolder(join(folder, "mine"));
    expect(readdirSync(folder)).toEqual(["mine"]);
    expect(readFileSync(join(folder, "mine", "file"), "utf8")).toBe("old");
  });

  test("removes what was set aside where the new folder is in place", async () => {
    put(".mine.0123abcd.old", "old");
    put("mine", "new");
    await recoverFolder(join(folder, "mine"));
    expect(readdirSync(folder)).toEqual(["mine"]);
    expect(readFileSync(join(folder, "mine", "file"), "utf8")).toBe("new");
  });

  test("lets alone what belongs to others", async () => {
    const others = [
      ".mine.b.0123abcd.part",
      ".mine.training",
      ".mineral.0123abcd.part",
      ".other.0123abcd.old",
      "mine.part",
    ];
    for (const name of others) put(name, "");
    await recoverFolder(join(folder, "mine"));
    expect(readdirSync(folder).sort()).toEqual([...others].sort());
    await recoverFolder(join(folder, "absent", "mine"));
  });
});

describe("writeNewFolder", () => {
  const fill = (path: string): Promise<void> => Promise.resolve(writeFileSync(join(path, "a"), "new"));

  test("writes a folder, and those above it", async () => {
    const path = join(folder, "deep", "new");
    expect(await writeNewFolder(path, fill)).toBe(true);
    expect(readFileSync(join(path, "a"), "utf8")).toBe("new");
  });

  test.each(["folder", "file"])("leaves a %s that appears while it is being written", async (kind) => {
    const path = join(folder, "new");
    const appearing = async (temporary: string): Promise<void> => {
      await fill(temporary);
      if (kind === "folder") mkdirSync(path);
      writeFileSync(kind === "folder" ? join(path, "theirs") : path, "theirs");
    };
    expect(await writeNewFolder(path, appearing)).toBe(false);
    expect(readdirSync(folder)).toEqual(["new"]);
    expect(readFileSync(kind === "folder" ? join(path, "theirs") : path, "utf8")).toBe("theirs");
  });

  test.each(["ENOSPC", "EDQUOT", "EFBIG"])("leaves nothing if it cannot be filled: %s", async (code) => {
    await expect(writeNewFolder(join(folder, "new"), () => Promise.reject(systemError(code)))).rejects.toMatchObject({
      code: "disk-full",
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});
