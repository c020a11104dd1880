import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { pythonFiles } from "../../../../extension/core/sources/pythonFiles.ts";
import { lineOfSecret } from "../../../../extension/core/sources/secrets/secrets.ts";

/** In parts, so that secret scanners do not report this file. */
const drawn = ["a8Kq2LmZ", "0pWx7TrY", "4bNc9VdE", "6hJs1GfU", "3xYz"].join("");
const chosen = "Tr0ub4dor&3xyz";

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
    ["a GitHub token below a comment that switches secretlint off", `x = 1  # secretlint-disable\ny = "ghp_${drawn}"`],
    ["an encoded password in an address", 'url = "postgres://bob:Tr0ub4dor%40xyz@db/prod"'],
    ["a password with $ in an address", 'url = "postgres://bob:Tr0ub4dor$3xyz@db/prod"'],
    ["a numbered password", `DB_PASSWORD1 = "${chosen}"`],
    ["a password of a place", `PASSWORD_PROD = "${chosen}"`],
    ["an API key of a place", `API_KEY_PROD = "${drawn}"`],
    ["the key of a service", `OPENAI_KEY = "${drawn}"`],
    ["a list of passwords", `PASSWORDS = [\n    "${chosen}",\n]`],
    ["passwords by their users", `PASSWORDS = {"bob": "${chosen}"}`],
    ["a password where the environment has none", `PASSWORD = os.environ.get("DB_PASSWORD") or "${chosen}"`],
    ["a default of the environment", `os.environ.get("DB_PASSWORD", default="${chosen}")`],
    ["a default of a setting", `X = config("PASSWORD", default="${chosen}")`],
    ["a default of a field", `password: str = field(default="${chosen}")`],
    ["a secret string", `x = SecretStr("${chosen}")`],
    ["a default of a flag", `p.add_argument("-p", "--password", help="The password", default="${chosen}")`],
    ["an argument of a program", `run(["curl", "--password", "${chosen}"])`],
    ["a password beside a name", `get(url, auth=("bob", "${chosen}"))`],
    ["a login", `smtp.login(user, "${chosen}")`],
    ["a password of several targets", `user, password = "bob", "${chosen}"`],
    ["a password on lines of its own", `PASSWORD = """\n${chosen}\n"""`],
    ["a continued line", `PASSWORD = \\\n    "${chosen}"`],
    ["a password that is compared from the right", `if "${chosen}" == password:\n    pass`],
    ["a password that begins with Fake", 'PASSWORD = "Fake!News2024"'],
    ["a password that begins with test", `PASSWORD = "test-${chosen}"`],
    ["a password with braces", 'PASSWORD = "Tr0ub{4}dor"'],
    ["a password with a word for passwords", 'PASSWORD = "CorrectHorseSecretStaple"'],
    ["a password that is commented out", `# PASSWORD = "${chosen}"`],
    ["a password in an example", `"""Use it:\nconnect(password="${chosen}")\n"""`],
    ["a bearer", `headers = {"Authorization": "Bearer ${drawn}"}`],
    ["basic authentication", 'headers = {"Authorization": "Basic Ym9iOlRyMHViNGRvciYzeHl6"}'],
    ["a password of a data source", 'connect("host=db user=bob password=Tr0ub4dor3xyz")'],
    ["a password of ODBC", 'c = "Driver={x};Server=y;UID=bob;PWD=Tr0ub4dor3xyz;"'],
    ["a web token", `x = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${drawn}"`],
    ["a GitLab token", `x = "glpat-${drawn.slice(0, 20)}"`],
    ["a Stripe key", `x = "sk_live_${drawn.slice(0, 24)}"`],
    ["a Google key", `x = "AIza${drawn.slice(0, 35)}"`],
    ["a Hugging Face token", `x = "hf_${drawn.slice(0, 34)}"`],
    ["a Telegram token", `x = "123456789:AA${drawn.slice(0, 33)}"`],
    ["an Azure key", `x = "AccountName=x;AccountKey=${drawn}${drawn}==;"`],
    ["an AWS key", `x = "AKIA${"ABCDEFGH2345".repeat(2).slice(0, 16)}"`],
    ["a private key", `x = """-----BEGIN RSA PRIVATE KEY-----\n${drawn.repeat(4)}\n-----END RSA PRIVATE KEY-----"""`],
    ["a password whose type has arguments", `password: Annotated[str, Field(min_length=8)] = "${chosen}"`],
    ["a password whose type is quoted", `password: "str | None" = "${chosen}"`],
    ["a password that is set as an attribute", `setattr(settings, "password", "${chosen}")`],
    ["a password where the environment has none of it", `x = os.getenv("PASSWORD") or "${chosen}"`],
    ["a password that stands in for an item", `x = environ["PASSWORD"] or "${chosen}"`],
    ["a password of an .env", `ENV = """DB_USER=bob\nexport DB_PASSWORD=${chosen}\n"""`],
    ["a password of an .env in one line", `write("DB_USER=bob\\nDB_PASSWORD=${chosen}\\n")`],
    ["a password of an INI", `INI = """[db]\npassword = ${chosen}\n"""`],
    ["a password of a YAML", `YAML = """db:\n  password: ${chosen}  # new\n"""`],
    ["an API key of a YAML", `YAML = """a:\n  api_key: ${drawn}\n"""`],
    ["a password in a comment", `# password: ${chosen}`],
    ["a password in a comment behind code", `connect()  # password=${chosen}`],
    ["a password of full-width letters", `ＰＡＳＳＷＯＲＤ = "${chosen}"`],
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
    'PASSWORD_RESET_URL = "/accounts/reset_password2/"',
    'AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLength8"}]',
    'password = config["database"]["primary_1"]',
    'password = forms.CharField(help_text="At least 8 characters", max_length=64)',
    'fields = ["username", "password", "address1"]',
    'p.add_argument("--password", help="Asked for when not given (see 2.1)")',
    'check("if a: pass", "elif b2: pass!")',
    'cache_key = "user_profile_2023_01"',
    'password = "test-password-1"',
    'url = f"postgres://{user}:{password}@{host}"',
    'url = "postgres://user:password@localhost/db"',
    'def login(user, password):\n    print(password, "tr0ub4dor")',
    'def connect(password: str, host="server-7.example.org"):\n    pass',
    'def connect(password: Optional[str] = None, host="server-7.example.org"):\n    pass',
    'monkeypatch.setattr(module, "getpass", "tr0ub4dor")',
    'setattr(settings, "password", read("passwords_2.txt"))',
    'name = os.getenv("USERNAME") or "tr0ub4dor"',
    'password = read("PASSWORD") or ask("Enter 8 letters")',
    '"""\npassword: str\n    The password.\ntoken: OAuth2Token\npassword: Base64Encoded\n"""',
    '"""\n[db]\npassword = changeme\npassword = ${DB_PASSWORD1}\npassword: {password_1}\n"""',
    '"""\npassword = getpass.getpass()\npassword = settings.DB_PASSWORD2\ntoken = secrets.token_hex(16)\n"""',
    '"oauth_token_secret=secret1&oauth_token=lock2&key"',
    "# password: see issue 12",
    "# password = settings.db_password_2",
    "# token: ConfigurationToken2",
    "password = pass2word3()  # The password: 8 letters",
  ])("takes %s for no secret", async (code) => {
    expect(await lineOfSecret(`${code}\n`)).toBeUndefined();
  });

  test("finds none in Python that is public", async () => {
    const root = resolve(import.meta.dirname, "../../../..");
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

  test.each(["//", "a://", "http://a:b", "pwd=", " pwd=a", "password(a,", "$", "a1", "eyJ", "_authToken=", '"'])(
    "takes little time for a row of %s",
    async (part) => {
      const startedAt = performance.now();
      await lineOfSecret(part.repeat(200_000 / part.length));
      expect(performance.now() - startedAt).toBeLessThan(5000);
    },
  );
});
