import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { pythonFiles } from "../../../extension/core/sources/pythonFiles.ts";
import { lineOfSecret } from "../../../extension/core/sources/secrets.ts";

/** In parts, so that nobody's scanner takes this file for what it looks for. */
const drawn = ["a8Kq2LmZ", "0pWx7TrY", "4bNc9VdE", "6hJs1GfU", "3xYz"].join("");

describe("lineOfSecret", () => {
  test.each<[string, string]>([
    ["a password", 'PASSWORD = "tr0ub4dor"'],
    ["words as a password", 'password = "correct horse battery"'],
    ["letters as a password", "password = 'correcthorse'"],
    ["an annotated password", 'db_password: str = "tr0ub4dor"'],
    ["a password of a class", 'class A:\n    dbPassword = "tr0ub4dor"'],
    ["a password of a call", 'connect(host="h", password="tr0ub4dor")'],
    ["a password in a dict", '{"user": "me", "password": "tr0ub4dor"}'],
    ["a password of the environment", 'os.environ["DB_PASS"] = "tr0ub4dor"'],
    ["a password that stands in for the environment's", 'os.environ.get("DB_PASSWORD", "tr0ub4dor")'],
    ["a password that is compared", 'if password == "tr0ub4dor":\n    pass'],
    ["a password in three quotes", 'PASSWORD = """tr0ub4dor"""'],
    ["bytes", "secret = b'tr0ub4dor'"],
    ["Django's key", 'SECRET_KEY = "django-insecure-9$x!"'],
    ["an API key", `API_KEY = "${drawn}"`],
    ["a token", `self.access_token = '${drawn}'`],
    ["an address with a password", 'url = "postgresql://bob:tr0ub4dor@db.example.org/x"'],
    ["a GitHub token", `x = "ghp_${drawn}"`],
    ["a private key", `x = """-----BEGIN RSA PRIVATE KEY-----\n${drawn.repeat(4)}\n-----END RSA PRIVATE KEY-----"""`],
  ])("finds %s", async (_, code) => {
    const line = await lineOfSecret(`import os\n\n${code}\n`);
    expect(line).toBeGreaterThanOrEqual(3);
    expect(line).toBeLessThanOrEqual(4);
  });

  test.each([
    'password = ""',
    "password = None",
    "password = os.environ['DB_PASSWORD']",
    'password = getpass.getpass("Password: ")',
    'password = models.CharField("password", max_length=128)',
    'labels = {"password": "Your password", "token": "Token"}',
    'PASSWORD_FIELD = "password_field"',
    'password = "<your password>"',
    'password = f"{prefix}"',
    'password = "${DB_PASSWORD}"',
    'password = "changeme"',
    'api_key = "your-api-key"',
    'token = "identifier"',
    'pad_token = "<|endoftext|>"',
    'compass = "north-east"',
    'key = "some_setting_1"',
    'url = "https://user:%s@example.org" % password',
    'url = "https://example.org:8080/a@b"',
    'def login(user, password):\n    print(password, "tr0ub4dor")',
  ])("takes %s for no secret", async (code) => {
    expect(await lineOfSecret(`${code}\n`)).toBeUndefined();
  });

  test("finds none in Python that is public", async () => {
    const root = resolve(import.meta.dirname, "../../..");
    const found: string[] = [];
    for (const folder of ["sample", "scripts", "test/fixtures"]) {
      for await (const path of pythonFiles(join(root, folder))) {
        if (await lineOfSecret(await readFile(join(root, folder, path), "utf8"))) found.push(path);
      }
    }
    expect(found).toEqual([]);
  });

  test("takes little time for long texts", async () => {
    const text = `x = ${"password".repeat(30_000)}\n`.repeat(2) + `password = ${'"a'.repeat(20_000)}\n`.repeat(5);
    const startedAt = performance.now();
    await lineOfSecret(text);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
