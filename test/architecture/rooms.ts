/** The rooms of each folder, and the rooms that each room may import from. A folder without such limits is not listed. */

/** Its own files are the room ".". A room that is not listed imports from its own files only. */
type Rooms = Readonly<Record<string, readonly string[]>>;

export const rooms: Readonly<Record<string, Rooms>> = {
  "extension/cli": { ".": ["commands"], commands: [".", "results"], results: ["."] },
  "extension/core/adapters": {
    ".": ["methods"],
    fit: [".", "formats", "methods"],
    formats: [".", "methods"],
    library: [".", "formats"],
    methods: [".", "fit", "formats"],
  },
  "extension/core/baseModels": { ".": ["import"], export: [".", "import"], import: ["."] },
  "extension/core/completion": {
    ".": ["context", "copies", "judgement", "result"],
    context: ["."],
    copies: [".", "names"],
    judgement: [".", "result"],
    names: ["."],
    result: [".", "judgement", "names"],
  },
  "extension/core/dataset": { paper: ["."] },
  "extension/core/devices": { ".": ["cuda"], cuda: ["."] },
  "extension/core/evaluation": {
    candidates: ["suites"],
    context: ["suites"],
    history: ["measures", "runs", "study"],
    measures: ["suites"],
    prompts: ["protocols", "retrieval", "suites"],
    protocols: ["measures"],
    replay: ["context", "measures", "suites"],
    runs: ["candidates", "context", "measures", "prompts", "protocols", "sandbox", "scoring", "suites"],
    sandbox: ["suites"],
    scoring: ["measures", "protocols", "runs", "sandbox", "suites"],
    study: ["candidates", "measures", "prompts", "protocols", "retrieval", "runs", "scoring", "suites"],
    trial: ["candidates", "context", "measures", "suites"],
  },
  "extension/core/foundation": { ".": ["words"], locks: [".", "words"], numbers: ["."] },
  "extension/core/graph": { ".": ["composites", "primitives"], composites: [".", "primitives"], primitives: ["."] },
  "extension/core/inference": { decoding: ["drafts", "tree"], drafts: [], tree: ["graphs"] },
  "extension/core/repository": {
    ".": ["copies", "definitions", "similar", "storage"],
    copies: ["."],
    definitions: ["."],
    similar: ["."],
    storage: ["."],
  },
  "extension/core/sources": { ".": ["git", "secrets"], snippets: [".", "secrets"] },
  "extension/core/statistics": { comparison: ["."] },
  "extension/core/training": {
    ".": ["cost", "data", "graph", "holes", "loop", "optimizers", "output", "run"],
    cost: ["data", "graph", "optimizers"],
    data: [".", "holes", "loop"],
    estimate: [".", "cost", "data", "run"],
    graph: ["data", "optimizers"],
    loop: ["graph", "optimizers"],
    output: [".", "data", "loop", "optimizers", "run"],
    refresh: [".", "data", "output"],
    run: [".", "data", "holes", "loop", "output"],
  },
  "extension/engine": { ".": ["protocol", "servers"], protocol: ["."], servers: [".", "protocol"] },
  "extension/vscode": {
    ".": ["adapters", "baseModels", "benchmark", "completion", "repository", "statistics", "study", "training"],
    study: [".", "adapters", "benchmark", "completion"],
    adapters: [".", "completion"],
    baseModels: [".", "completion"],
    benchmark: [".", "adapters", "completion"],
    completion: [".", "adapters", "repository"],
    devices: [".", "baseModels", "completion"],
    repository: ["."],
    statistics: [".", "adapters", "completion"],
    training: [".", "adapters", "completion"],
  },
  "webview/shared": { form: ["."] },
  "webview/study": { ".": ["charts", "plan"], charts: ["."], plan: ["."] },
  "webview/training": {
    ".": ["curves", "data", "outcome", "plan", "preview", "trial"],
    data: ["."],
    outcome: [".", "curves", "trial"],
    plan: ["."],
    preview: ["."],
  },
};

/** The room of `path` in `folder`; undefined for a path outside it. */
export function roomOf(path: string, folder: string): string | undefined {
  if (!path.startsWith(`${folder}/`)) return undefined;
  const [first, ...rest] = path.slice(folder.length + 1).split("/");
  return rest.length === 0 ? "." : first;
}
