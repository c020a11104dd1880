/** The connection to the extension: typed messages in both directions, and state that survives while the page is hidden. */

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Host<Out, In, Kept> {
  readonly post: (message: Out) => void;
  readonly onMessage: (listener: (message: In) => void) => void;
  /** The last saved state; undefined for a new page. */
  readonly kept: Kept | undefined;
  readonly keep: (state: Kept) => void;
}

/** VS Code provides its API only once per page. */
export function connectToHost<Out, In, Kept>(): Host<Out, In, Kept> {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    onMessage: (listener) => window.addEventListener("message", ({ data }) => listener(data as In)),
    kept: api.getState() as Kept | undefined,
    keep: (state) => api.setState(state),
  };
}
