/** The extension behind this page: typed messages both ways, and what is kept while the page is hidden. */

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Host<Out, In, Kept> {
  readonly post: (message: Out) => void;
  readonly onMessage: (listener: (message: In) => void) => void;
  /** What was kept last; undefined for a new page. */
  readonly kept: Kept | undefined;
  readonly keep: (state: Kept) => void;
}

/** VS Code gives its interface out once a page. */
export function connectToHost<Out, In, Kept>(): Host<Out, In, Kept> {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    onMessage: (listener) => window.addEventListener("message", ({ data }) => listener(data as In)),
    kept: api.getState() as Kept | undefined,
    keep: (state) => api.setState(state),
  };
}
