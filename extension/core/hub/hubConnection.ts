/**
 * The only way out of this machine: requests to one Hugging Face hub about one model.
 *
 * Owns proxy, token, patience and what refusals mean. The token goes to the hub's own address and nowhere else: not with
 * a redirect to where the hub keeps its files, and not with a link that an answer gives. It knows no files.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { EnvHttpProxyAgent } from "undici";
import { systemCode, UserError, type UserErrorCode } from "../foundation/errors.ts";
import { silentLog, type Log } from "../foundation/log.ts";
import { withoutPasswords } from "../foundation/withoutPasswords.ts";
import { formatHubAddress, type HubAddress } from "./hubAddress.ts";

/** How the hub is reached. All of it can be left out. */
export interface HubSettings {
  /** Instead of https://huggingface.co: a mirror, or a hub of one's own. */
  readonly endpoint?: string | undefined;
  readonly token?: string | undefined;
  /** Instead of what HTTPS_PROXY and HTTP_PROXY say. */
  readonly proxy?: string | undefined;
  /** Hosts to reach without a proxy, with commas, instead of what NO_PROXY says. */
  readonly noProxy?: string | undefined;
  /** Whether certificates are checked; they are unless this is false. */
  readonly strictTls?: boolean | undefined;
}

export interface HubControl {
  readonly signal?: AbortSignal | undefined;
  readonly log?: Log | undefined;
  /** Milliseconds before the first of several attempts is repeated; each further one waits twice as long. */
  readonly retryDelay?: number | undefined;
}

export interface HubConnection {
  readonly address: HubAddress;
  readonly endpoint: string;
  readonly signal: AbortSignal | undefined;
  readonly log: Log;
  readonly retryDelay: number;
  /**
   * As the standard `fetch`, but resolves with answers of success only.
   *
   * @throws UserErrors "hub-…" for refusals and where the hub cannot be reached; the signal's reason once it is aborted
   */
  readonly fetch: typeof fetch;
  close(): Promise<void>;
}

/** What the environment says, by the names that all of Hugging Face's tools use. */
export function hubSettingsOf(environment: Readonly<Record<string, string | undefined>>): HubSettings {
  return { endpoint: environment["HF_ENDPOINT"], token: environment["HF_TOKEN"] };
}

/** How often one request is tried, and how many connections in a row may bring nothing. */
export const attempts = 5;

/** Milliseconds of silence after which a connection counts as dead. */
const patience = 30_000;

/** The longest that the hub may ask to wait, in milliseconds. */
const longestWait = 60_000;

/** @throws UserError "hub-setting-invalid" */
export async function connectToHub(
  address: HubAddress,
  settings: HubSettings,
  { signal, log = silentLog, retryDelay = 1000 }: HubControl,
): Promise<HubConnection> {
  const endpoint = (settings.endpoint || "https://huggingface.co").replace(/\/+$/, "");
  const { origin, username, password } = checkedUrl("HF_ENDPOINT", endpoint);
  if (username || password) throw credentialsInEndpoint(endpoint);
  for (const [what, proxy] of proxiesOf(settings)) checkedUrl(what, proxy);
  // Loaded here, so that nothing but a download ever loads what can open a connection.
  const { EnvHttpProxyAgent: Agent, fetch: request } = await import("undici");
  const dispatcher = new Agent(agentOptions(settings));

  const attempt = async (input: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response | Error> => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init.headers);
    if (settings.token && url.origin === origin) headers.set("authorization", `Bearer ${settings.token}`);
    try {
      // The same interface twice: the standard's types, and undici's own.
      const options = { ...init, headers, signal, dispatcher } as unknown as Parameters<typeof request>[1];
      const response: unknown = await request(url, options);
      return response as Response;
    } catch (error) {
      signal?.throwIfAborted();
      return error instanceof Error ? error : new Error(String(error));
    }
  };

  let isReached = false;
  const hubFetch: typeof fetch = async (input, init) => {
    for (let count = 1; ; count++) {
      const answer = await attempt(input, init);
      if (!(answer instanceof Error)) {
        isReached = true;
        if (answer.ok) return answer;
        await answer.body?.cancel();
      }
      // What was never reached is not there, rather than gone for a moment.
      const wait = isReached ? waitAfter(answer, retryDelay * 2 ** (count - 1)) : undefined;
      if (wait === undefined || count === attempts) throw refusal(answer, { address, endpoint, settings });
      log.info(`${origin}: ${reasonOf(answer)}; trying again in ${wait / 1000} s.`);
      await sleep(wait, undefined, { signal });
    }
  };
  return { address, endpoint, signal, log, retryDelay, fetch: hubFetch, close: () => dispatcher.destroy() };
}

function agentOptions({ proxy, noProxy, strictTls = true }: HubSettings): EnvHttpProxyAgent.Options {
  const tls = { rejectUnauthorized: strictTls };
  return {
    ...(proxy && { httpProxy: proxy, httpsProxy: proxy }),
    ...(noProxy && { noProxy }),
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    headersTimeout: patience,
    bodyTimeout: patience,
  };
}

/** The proxies that may be used, with where each is set. The library would refuse a wrong one with all its text. */
function proxiesOf({ proxy }: HubSettings): [string, string][] {
  if (proxy) return [["the proxy", proxy]];
  const names = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];
  return names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
}

function checkedUrl(what: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  const message = `Cannot reach the hub: ${what} is "${withoutPasswords(text)}", which is no http or https address.`;
  throw new UserError("hub-setting-invalid", message, "Correct it, or leave it out.");
}

/** An address with a name in it is no address for `fetch`, and would be shown wherever the hub is named. */
function credentialsInEndpoint(endpoint: string): UserError {
  const message = `Cannot reach the hub: HF_ENDPOINT is "${withoutPasswords(endpoint)}", with a user name or a password in it.`;
  return new UserError("hub-setting-invalid", message, "Leave them out, and give a token in HF_TOKEN instead.");
}

/** How long to wait before another attempt may go better, in milliseconds; undefined where none will. */
function waitAfter(answer: Response | Error, usual: number): number | undefined {
  if (answer instanceof Error) return usual;
  if (answer.status !== 429 && answer.status < 500) return undefined;
  const asked = Number(answer.headers.get("retry-after") ?? Number.NaN) * 1000;
  if (Number.isNaN(asked)) return usual;
  return asked <= longestWait ? Math.max(asked, usual) : undefined;
}

function refusal(
  answer: Response | Error,
  { address, endpoint, settings }: Pick<HubConnection, "address" | "endpoint"> & { settings: HubSettings },
): UserError {
  const { repository, revision } = address;
  const no = (code: UserErrorCode, reason: string, nextStep: string): UserError =>
    new UserError(code, `Cannot download ${formatHubAddress(address)}: ${reason}.`, nextStep, { cause: answer });

  if (answer instanceof Error) {
    return no(
      "hub-unreachable",
      `${endpoint} cannot be reached (${reasonOf(answer)})`,
      certificateProblem(answer)
        ? "Add your proxy's certificate to NODE_EXTRA_CA_CERTS, or switch off http.proxyStrictSSL in VS Code."
        : "Check the network and the proxy, or copy the model's folder to this machine and import that.",
    );
  }
  const { status, headers } = answer;
  const kind = headers.get("x-error-code");
  if (kind === "GatedRepo") {
    return no(
      "hub-gated",
      "its owner gives it only to those who accept its conditions",
      `Accept them at ${endpoint}/${repository}, then ${settings.token ? "try again" : "set a token"} (HF_TOKEN; ` +
        'in the editor, "Graft: Set Hugging Face token").',
    );
  }
  if (kind === "RevisionNotFound") {
    return no("hub-revision-unknown", `it has no revision "${revision}"`, "Name a branch, a tag or a commit of it.");
  }
  if (status === 404 || kind === "RepoNotFound") {
    return no(
      "hub-not-found",
      `${endpoint} has no such model, or it is private`,
      'Check the name. For a private model set a token (HF_TOKEN; in the editor, "Graft: Set Hugging Face token").',
    );
  }
  if (status === 401 || status === 403) {
    return no(
      "hub-unauthorized",
      settings.token ? `the token is not accepted (${status})` : `${endpoint} asks for a token (${status})`,
      'Set a token that may read the model (HF_TOKEN; in the editor, "Graft: Set Hugging Face token").',
    );
  }
  if (status === 429) {
    return no(
      "hub-busy",
      `${endpoint} has had too many requests (${reasonOf(answer)})`,
      "Try again later, or set a token.",
    );
  }
  return no("hub-failed", `${endpoint} failed (${reasonOf(answer)})`, "Try again later; what is downloaded is kept.");
}

/** "429, to wait 90 s", "ENOTFOUND". */
function reasonOf(answer: Response | Error): string {
  if (answer instanceof Error)
    return systemCode(answer.cause) ?? systemCode(answer) ?? withoutPasswords(answer.message);
  const wait = answer.headers.get("retry-after");
  return wait === null ? `${answer.status}` : `${answer.status}, to wait ${wait} s`;
}

function certificateProblem(error: Error): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_/.test(systemCode(error.cause) ?? "");
}
