/**
 * The build: sources in, `dist/` out. Owns bundling and what native code ships; knows nothing of packaging the VSIX.
 *
 *     node esbuild.mjs [--production] [--watch] [--target linux-x64]
 *
 * Everything for Node is bundled as ESM, as it is written: VS Code loads ESM extensions since 1.100 (our minimum), and
 * `import.meta.dirname` stays true. The `createRequire` line on top serves bundled CommonJS packages that call `require`.
 */

import { chmod, cp, mkdir, readFile, readdir, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build, context } from "esbuild";

const { values: flags } = parseArgs({
  options: {
    production: { type: "boolean", default: false },
    watch: { type: "boolean", default: false },
    target: { type: "string", default: process.env.GRAFT_TARGET ?? `${process.platform}-${process.arch}` },
  },
});
const root = import.meta.dirname;
const dist = join(root, "dist");

/** transformers.js is bundled for its tokenizers: what runs models or decodes images becomes an empty module. */
const tokenizersOnly = {
  name: "tokenizers-only",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(onnxruntime-(node|web|common)(\/.*)?|sharp)$/ }, ({ path, importer }) =>
      importer.includes("transformers") ? { path, namespace: "absent" } : undefined,
    );
    // A callable default, since the package subclasses and instantiates parts of what it expects here at load time.
    onLoad({ filter: /.*/, namespace: "absent" }, ({ path }) => ({
      contents: `export class Tensor {}
        export const InferenceSession = {}, env = {};
        export default function absent() { throw new Error("internal: ${path} is not part of this build"); }`,
    }));
    // The Node build of the package asks for onnxruntime-node through createRequire, which no bundler sees.
    onLoad({ filter: /transformers\.node\.mjs$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const request = 'requireFromHere("onnxruntime-node")';
      if (!source.includes(request)) throw new Error(`${path} no longer says ${request}: adapt esbuild.mjs`);
      return { contents: source.replace(request, "{}"), loader: "js" };
    });
  },
};

const shared = {
  absWorkingDir: root,
  outdir: "dist",
  bundle: true,
  logLevel: "warning",
  minify: flags.production,
  sourcemap: flags.production ? false : "linked",
};

const node = {
  ...shared,
  platform: "node",
  target: "node20",
  format: "esm",
  external: ["vscode", "onnxruntime-node"],
  plugins: [tokenizersOnly],
  // Stack traces in a user's report name our functions, at the price of a few kilobytes.
  keepNames: true,
};

const requireLine =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

const page = {
  ...shared,
  platform: "browser",
  target: "es2022",
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
};

const nodeEntries = {
  main: "extension/main.ts",
  engine: "extension/engine/server.ts",
  cli: "extension/cli.ts",
  // A thread of whoever imports a base, found beside it.
  conversionThread: "extension/core/quantization/conversionThread.ts",
};
const pageEntries = Object.fromEntries(
  (await readdir(join(root, "webview")))
    .flatMap((name) => ["ts", "tsx"].map((type) => [`webview/${name}`, `webview/${name}/main.${type}`]))
    .filter(([, path]) => existsSync(join(root, path))),
);
const bundles = [
  ...Object.entries(nodeEntries).map(([name, path]) => ({
    ...node,
    entryPoints: { [name]: path },
    banner: { js: name === "cli" ? `#!/usr/bin/env node\n${requireLine}` : requireLine },
    // Each role of an engine process loads its own parts only. They lie in dist/ itself, where they find the packages.
    ...(name === "engine" && { splitting: true, chunkNames: "engine-[hash]" }),
  })),
  ...Object.entries(pageEntries).map(([name, path]) => ({ ...page, entryPoints: { [name]: path } })),
].filter(({ entryPoints }) => Object.values(entryPoints).every((path) => existsSync(join(root, path))));

/** What stays outside the bundles: the native library of one platform with its package, and WebAssembly. */
async function copyPackages() {
  const [platform, architecture] = flags.target.split("-");
  const from = join(root, "node_modules");
  const to = join(dist, "node_modules");
  const native = join("onnxruntime-node", "bin", "napi-v6", platform, architecture);
  if (!existsSync(join(from, native)))
    throw new Error(`ONNX Runtime is not built for ${flags.target}, so Graft cannot run there.`);
  await rm(to, { recursive: true, force: true });
  for (const name of ["onnxruntime-node", "onnxruntime-common"]) {
    await mkdir(join(to, name), { recursive: true });
    await cp(join(from, name, "package.json"), join(to, name, "package.json"));
  }
  // onnxruntime-common ships the same code three times; require() takes dist/cjs.
  for (const folder of ["onnxruntime-node/dist", "onnxruntime-common/dist/cjs", native]) {
    await cp(join(from, folder), join(to, folder), {
      recursive: true,
      // CUDA and TensorRT libraries, which a developer may have fetched, weigh hundreds of megabytes.
      filter: (path) => !/\.(map|d\.ts)$|providers_(cuda|tensorrt)/.test(path),
    });
  }
  // The code of web-tree-sitter is bundled; it finds these as it does in the sources, by the package's name.
  for (const name of ["web-tree-sitter", "tree-sitter-python"]) {
    await mkdir(join(to, name));
    for (const file of ["package.json", "LICENSE", `${name}.wasm`]) {
      await cp(join(from, name, file), join(to, name, file));
    }
  }
}

await rm(dist, { recursive: true, force: true });
await copyPackages();
// Python that runs written programs in a sandbox, found beside the bundle.
await cp(join(root, "extension/core/evaluation/sandbox/checkRunner.py"), join(dist, "checkRunner.py"));
if (flags.watch) {
  for (const options of bundles) await (await context({ ...options, logLevel: "info" })).watch();
} else {
  // esbuild has printed what is wrong; one broken bundle does not keep back the others.
  const outcomes = await Promise.allSettled(bundles.map((options) => build(options)));
  if (existsSync(join(dist, "cli.js"))) await chmod(join(dist, "cli.js"), 0o755);
  const built = (await readdir(dist, { recursive: true })).filter((path) => /^(webview.)?\w+\.(js|css)$/.test(path));
  console.log(`built ${built.sort().join(", ")} for ${flags.target}`);
  if (outcomes.some(({ status }) => status === "rejected")) process.exitCode = 1;
}
