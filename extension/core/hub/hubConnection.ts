/**
 * The only network access of Graft: requests to one host, which is a Hugging Face hub, or PyPI for CUDA's libraries.
 *
 * Handles proxy, token, timeouts, retries and refusals. The token goes to the hub's own origin only: not to the storage
 * that the hub redirects to, and not to links in its answers.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { EnvHttpProxyAgent } from "undici";
import { systemCode, UserError, type UserErrorCode } from "../foundation/errors.ts";
import { silentLog, type Log } from "../foundation/log.ts";
import { withoutPasswords } from "../foundation/withoutPasswords.ts";
import { say, type Said } from "../foundation/words/said.ts";
import { formatHubAddress, type HubAddress } from "./hubAddress.ts";

/** How to reach the hub. All settings are optional. */
export interface HubSettings {
  /** A mirror or a private hub instead of https://huggingface.co. */
  readonly endpoint?: string | undefined;
  readonly token?: string | undefined;
  /** Overrides HTTPS_PROXY and HTTP_PROXY. */
  readonly proxy?: string | undefined;
  /** Hosts to reach without a proxy, separated by commas. Overrides NO_PROXY. */
  readonly noProxy?: string | undefined;
  /** Whether to verify certificates. The default is true. */
  readonly strictTls?: boolean | undefined;
}

export interface HubControl {
  readonly signal?: AbortSignal | undefined;
  readonly log?: Log | undefined;
  /** Milliseconds before the first retry. Each further retry waits twice as long. */
  readonly retryDelay?: number | undefined;
}

export interface HubConnection {
  readonly address: HubAddress;
  readonly endpoint: string;
  readonly signal: AbortSignal | undefined;
  readonly log: Log;
  readonly retryDelay: number;
  /**
   * Does the same as the standard `fetch`, but resolves only with successful answers.
   *
   * @throws UserErrors "hub-…" if the hub refuses or cannot be reached; the signal's reason once it is aborted
   */
  readonly fetch: typeof fetch;
  close(): Promise<void>;
}

/** Returns the settings from the environment, under the names that all of Hugging Face's tools use. */
export function hubSettingsOf(environment: Readonly<Record<string, string | undefined>>): HubSettings {
  return { endpoint: environment["HF_ENDPOINT"], token: environment["HF_TOKEN"] };
}

/** The most attempts per request, and the most connections in a row that deliver nothing. */
export const attempts = 5;

/** A connection counts as dead after this many milliseconds of silence. */
const silenceTimeout = 30_000;

/** The longest wait that the hub may ask for, in milliseconds. */
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
  // Loaded lazily, so that only downloads load code that can open connections.
  const { openAgent, request } = await import("./undici.ts");
  const dispatcher = openAgent(agentOptions(settings));

  const attempt = async (input: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response | Error> => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init.headers);
    if (settings.token && url.origin === origin) headers.set("authorization", `Bearer ${settings.token}`);
    try {
      // The standard's types and undici's own describe the same interface.
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
      // A hub that never answered is missing rather than briefly unavailable, so there is no retry.
      const wait = isReached ? waitAfter(answer, retryDelay * 2 ** (count - 1)) : undefined;
      if (wait === undefined || count === attempts) throw refusal(answer, { address, endpoint, settings });
      log.info(`${origin}: ${reasonOf(answer)}; retrying in ${wait / 1000} s.`);
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
    headersTimeout: silenceTimeout,
    bodyTimeout: silenceTimeout,
  };
}

/**
 * Returns the proxies in effect, with the name of each setting. They are checked here because the library's error for
 * an invalid proxy shows all of its text.
 */
function proxiesOf({ proxy }: HubSettings): [string, string][] {
  if (proxy) return [["the proxy", proxy]];
  const names = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];
  return names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
}

function checkedUrl(what: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  const message = say`Cannot reach the hub: ${what} is "${withoutPasswords(text)}", which is not an http or https address.`;
  throw new UserError("hub-setting-invalid", message, say`Correct it, or leave it out.`);
}

/** `fetch` rejects an address with credentials, and messages that name the hub would show them. */
function credentialsInEndpoint(endpoint: string): UserError {
  const message = say`Cannot reach the hub: HF_ENDPOINT is "${withoutPasswords(endpoint)}", which contains a user name or a password.`;
  return new UserError("hub-setting-invalid", message, say`Leave them out, and set a token in HF_TOKEN instead.`);
}

/** Returns the milliseconds to wait before the next attempt; undefined if a retry cannot help. */
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
  const no = (code: UserErrorCode, reason: Said, nextStep: Said): UserError =>
    new UserError(code, say`Cannot download ${formatHubAddress(address)}: ${reason}.`, nextStep, { cause: answer });

  if (answer instanceof Error) {
    return no(
      "hub-unreachable",
      say`${endpoint} cannot be reached (${reasonOf(answer)})`,
      certificateProblem(answer)
        ? say`Add your proxy's certificate to NODE_EXTRA_CA_CERTS, or switch off http.proxyStrictSSL in VS Code.`
        : say`Check the network and the proxy, or copy the model's folder to this machine and import that.`,
    );
  }
  const { status, headers } = answer;
  const kind = headers.get("x-error-code");
  if (kind === "GatedRepo") {
    return no(
      "hub-gated",
      say`its owner requires you to accept its conditions`,
      settings.token
        ? say`Accept them at ${endpoint}/${repository}, then try again (HF_TOKEN; in the editor, "Graft: Set Hugging Face token").`
        : say`Accept them at ${endpoint}/${repository}, then set a token (HF_TOKEN; in the editor, "Graft: Set Hugging Face token").`,
    );
  }
  if (kind === "RevisionNotFound") {
    return no(
      "hub-revision-unknown",
      say`it has no revision "${revision}"`,
      say`Name a branch, a tag or a commit of this model.`,
    );
  }
  if (status === 404 || kind === "RepoNotFound") {
    return no(
      "hub-not-found",
      say`${endpoint} has no such model, or it is private`,
      say`Check the name. For a private model, set a token (HF_TOKEN; in the editor, "Graft: Set Hugging Face token").`,
    );
  }
  if (status === 401 || status === 403) {
    return no(
      "hub-unauthorized",
      settings.token ? say`the hub rejects the token (${status})` : say`${endpoint} requires a token (${status})`,
      say`Set a token that may read the model (HF_TOKEN; in the editor, "Graft: Set Hugging Face token").`,
    );
  }
  if (status === 429) {
    return no(
      "hub-busy",
      say`${endpoint} received too many requests (${reasonOf(answer)})`,
      say`Try again later, or set a token.`,
    );
  }
  return no(
    "hub-failed",
    say`${endpoint} failed (${reasonOf(answer)})`,
    say`Try again later. The downloaded part is kept.`,
  );
}

/** Returns a short reason, such as "429, wait 90 s" or "ENOTFOUND". */
function reasonOf(answer: Response | Error): string {
  if (answer instanceof Error)
    return systemCode(answer.cause) ?? systemCode(answer) ?? withoutPasswords(answer.message);
  const wait = answer.headers.get("retry-after");
  return wait === null ? `${answer.status}` : `${answer.status}, wait ${wait} s`;
}

function certificateProblem(error: Error): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_/.test(systemCode(error.cause) ?? "");
}
