import { expect, test } from "vitest";
import { holdsSecret } from "../../../../extension/core/sources/secrets/rowSecrets.ts";

const password = ["hunter", "Xk29fj"].join("2");
const token = ["AKIA", "J5KQ2M7WZP4RT6VX"].join("");

test.each<[string, object]>([
  ["in a text", { code: `password = "${password}"` }],
  ["in a list", { context: [{ snippet: `password = "${password}"` }] }],
  ["under the name of a field", { db_password: password }],
  ["under the name of an inner field", { settings: { password } }],
  ["across a prompt and its solution", { canonical_solution: `${password}"`, task: "x", prompt: 'password = "' }],
  ["across a hole", { suffix: '"\n', middle: password, prefix: 'password = "' }],
  [
    "across a hole that a completion fills, too",
    { prefix: "key = ", target: token.slice(0, 9), suffix: token.slice(9) },
  ],
  ["across a line and the next one", { cropped_code: `x = ${token.slice(0, 9)}`, next_line: token.slice(9) }],
])("finds a secret %s", async (_, row) => {
  expect(await holdsSecret(row)).toBe(true);
});

test("finds a secret under a name that occurs twice, and one whose name is escaped", async () => {
  for (const json of [`{"db_password":"${password}","db_password":""}`, `{"db_p\\u0061ssword": "${password}"}`]) {
    expect(await holdsSecret(JSON.parse(json) as object, json)).toBe(true);
  }
});

test.each<object>([
  { id: "a/1", intent: "ask for a password", code: 'password = input()\nprint("Welcome to room 2")' },
  {
    prompt: 'def login():\n    """Logs in."""\n',
    canonical_solution: "    password = getpass()\n",
    test: 'x = "a1 b2"',
  },
  { token: "identifier", key: "HumanEval_12", secret: "", password: "<password>" },
])("takes %j for no secret", async (row) => {
  expect(await holdsSecret(row)).toBe(false);
});
