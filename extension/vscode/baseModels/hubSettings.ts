/** The hub settings of this editor: its proxy settings, a token in its keychain, and the environment's variables. */

import * as vscode from "vscode";
import { hubSettingsOf, type HubSettings } from "../../core/hub/hubConnection.ts";
import type { Messages } from "../messages.ts";

const tokenKey = "graft.huggingFaceToken";

export async function readHubSettings(secrets: vscode.SecretStorage): Promise<HubSettings> {
  const fromEnvironment = hubSettingsOf(process.env);
  const http = vscode.workspace.getConfiguration("http");
  const exceptions = http.get<string[]>("noProxy", []);
  return {
    ...fromEnvironment,
    token: (await secrets.get(tokenKey)) ?? fromEnvironment.token,
    proxy: http.get<string>("proxy") || undefined,
    noProxy: http.get<string>("proxySupport") === "off" ? "*" : exceptions.join(",") || undefined,
    strictTls: http.get<boolean>("proxyStrictSSL"),
  };
}

export interface HubTokenOptions {
  secrets: vscode.SecretStorage;
  messages: Pick<Messages, "tell">;
}

/** "Graft: Set Hugging Face token": the editor's keychain keeps the token; an empty one deletes it. */
export async function setHubToken({ secrets, messages }: HubTokenOptions): Promise<void> {
  const known = (await secrets.get(tokenKey)) !== undefined;
  const token = await vscode.window.showInputBox({
    title: vscode.l10n.t("Hugging Face token"),
    prompt: known
      ? vscode.l10n.t(
          "A token is kept in this editor's secret storage. Type another one, or leave this empty to remove it.",
        )
      : vscode.l10n.t(
          "For models that are private, or that ask you to accept their conditions first. Kept in this editor's secret storage; an empty value removes it.",
        ),
    password: true,
    ignoreFocusOut: true,
  });
  if (token === undefined) return;
  if (token.trim() !== "") {
    await secrets.store(tokenKey, token.trim());
    messages.tell("info", vscode.l10n.t("The Hugging Face token is saved."));
  } else if (known) {
    await secrets.delete(tokenKey);
    messages.tell("info", vscode.l10n.t("The Hugging Face token is removed."));
  }
}
