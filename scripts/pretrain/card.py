"""The model card, filled with measured figures only."""
from __future__ import annotations

from typing import Any

from data import FIM_ROWS, MIDDLE_WEIGHT

INTRO = """# Graft base: a small Python completion model

A `llama` model of {millions:.2f} million parameters, trained from scratch on permissively licensed Python for
left-to-right and fill-in-the-middle completion in an editor. It is the base that Graft embeds and adapts.
Weights, tokenizer and this card: MIT (see LICENSE).
"""

PROMPTS = """## Prompts

No BOS token. Generation ends at `<|endoftext|>`. Everything between the special tokens is raw text, cut at any
character; nothing is stripped and no blank or line break is added next to a special token.

```
<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>
<|fim_prefix|><|fim_suffix|>{suffix}<|fim_middle|>{prefix}
```

The first form has the prefix first, the second the suffix. Both may stand behind `<|file_sep|>{path}\\n`, the path of the
file relative to its project.
Plain text, or `<|file_sep|>{path}\\n` and plain text, is continued from left to right; files of one project follow each
other as `<|repo_name|>{name}\\n<|file_sep|>{path}\\n{content}<|file_sep|>...`.
Encode prefix and suffix on their own and put the ids between the special ids, as in training; encoding the joined string
gives the same ids, because special tokens split it.
"""

LIMITS = """## Limits

- The model is tiny and saw few tokens: it knows common idioms, indentation and names that stand nearby, and little more.
  Longer completions drift, invent names and can be wrong in every way. Read what it writes.
- Python only; prose only as far as docstrings and comments go. Not instruction-tuned, not a chat model.
- Rows of 2048 tokens were used in the last part of training only; most of it saw 512.
- Graft asks with the suffix first. The smaller model that this one was grown from had hardly learnt the other order; these
  weights were not measured with it.
- It can repeat short passages of its training sources. The licences of these sources are listed above.
- The 13-gram check covers CoNaLa, CodeAlpaca and HumanEval. MBPP was not collected, but was not at hand to compare with.
"""


def table(head: list[str], rows: list[list[Any]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def sizes(config: dict, parameters: int) -> str:
    """Architecture."""
    rows = [[key, value] for key, value in config.items()]
    return "## Architecture\n\n`LlamaForCausalLM`, tied embeddings, no biases, weights in bfloat16.\n\n" + table(
        ["setting", "value"], [["parameters", parameters], *rows])


def curve(log: list[dict]) -> str:
    """Training loss about every tenth of the run, and every held-out figure."""
    steps = [entry for entry in log if "loss" in entry]
    picked = steps[::max(1, len(steps) // 12)]
    if steps and picked[-1] is not steps[-1]:
        picked.append(steps[-1])
    loss = table(["minutes", "tokens", "row length", "learning rate", "training loss (nats per token)"],
                 [[e["minutes"], e["tokens"], e["length"], e["lr"], e["loss"]] for e in picked])
    held = table(["minutes", "tokens", "held-out bits per byte (every 8th file)"],
                 [[e["minutes"], e["tokens"], e["heldout_bits_per_byte"]] for e in log if "heldout_bits_per_byte" in e])
    return f"{loss}\n{held}"


def training(run: dict, log: list[dict], manifest: dict, notes: str) -> str:
    """How it was trained."""
    total, grown = manifest["total"], run.get("grown_from")
    beginning = "" if not grown else (
        f'The model was grown (`grow.py`) from one of {grown["parameters"] / 1e6:.2f} million parameters that had seen '
        f'{grown["tokens"]:,} tokens in {grown["seconds"] / 60:.0f} minutes: wider and deeper, with the same outputs at first. '
        "Its own training:\n")
    return f"""## Training

{beginning}{run["tokens"]:,} tokens in {run["step"]:,} steps ({run["tokens"] // run["step"]:,} in a step on average); {run["seconds"] / 60:.0f} minutes on two shared
CPU cores (bf16 autocast, two threads). Muon for the matrices of the layers, Adam for embeddings and norms, warm-up and
cosine decay over the time budget. {FIM_ROWS} of 8 rows are packed with fill-in-the-middle samples cut at character level
(prefix-suffix-middle and suffix-prefix-middle, half each; the middle is mostly the rest of a line, a few lines, the rest
of a block, or the code below a comment or docstring), the others are plain files of one package. The loss covers all tokens;
those of the middle and its end weigh {MIDDLE_WEIGHT} times as much. The losses in the table are unweighted. The training part of
the corpus has {total["train"]["bytes"]:,} bytes in {total["train"]["files"]:,} files.

{notes}
{curve(log)}"""


def data(manifest: dict) -> str:
    """Provenance table."""
    dropped = ", ".join(f"{reason} {count:,}" for reason, count in manifest["dropped_files"].items())
    rows = [[p["package"], p["version"], p["licence"], p["split"], f'{p["files"]:,}', f'{p["bytes"]:,}'] for p in manifest["packages"]]
    return f"""## Data

The standard library of CPython and the `.py` files of wheels from PyPI; vendored copies of other projects, generated
files, data tables and files with strings that look like secrets were left out, tests were limited to 3 % of a package,
large packages were capped. Leading licence comments were cut from the training text. Files whose first 3000 characters name
another licence (GPL, LGPL, MPL, Creative Commons, ...) were dropped. Every file parses. Near-duplicates (half of the
three-line shingles seen before) were dropped. Files that share a 13-gram (words and signs, lower case) with any split of
CoNaLa, CodeAlpaca or HumanEval were dropped ({manifest["excluded_ngrams"]:,} distinct 13-grams). Dropped files by first reason:
{dropped}.

Held out as whole packages: {manifest["total"]["heldout"]["files"]:,} files, {manifest["total"]["heldout"]["bytes"]:,} bytes.
`corpus.json` holds the same table with the licence as each package declares it.

{table(["package", "version", "licence", "split", "files", "bytes"], rows)}"""


def share(estimate: dict) -> str:
    """A percentage with its interval."""
    return f'{estimate["value"]:.1f} % ({estimate["low"]:.1f} – {estimate["high"]:.1f})'


def measured(report: dict, evaluation: dict) -> str:
    """Held-out figures of `graft evaluate`, the check of the export, examples as they came out."""
    contenders = report["contenders"]
    def row(title: str, cell: Any) -> list[Any]:
        return [title, *map(cell, contenders)]
    rows = [row("bits per byte", lambda c: f'{c["bitsPerByte"]["value"]:.4f}')]
    for kind, name in (("line", "rest of a line"), ("block", "body of a block")):
        spots = contenders[0]["fills"][kind]["spots"]
        for key, what in (("exact", "exactly right"), ("editSimilarity", "edit similarity"), ("parses", "parses in place")):
            rows.append(row(f"{name}, {what} ({spots} spots)", lambda c, kind=kind, key=key: share(c["fills"][kind][key])))
    parts = [f"""## Evaluation

Held-out packages, {report["files"]:,} files, through Graft's own engine, in the precision that it serves (`graft evaluate`, seed
{report["seed"]}; 95 % intervals in brackets). What is compared is what the editor would insert.

{table(["measure", *(c["name"] for c in contenders)], rows)}
Check against transformers' `LlamaForCausalLM` (float32) on 700 held-out tokens: with the same weights the logits differ by
at most {evaluation["logit_difference_same_weights"]:.1e} (their standard deviation is {evaluation["logit_scale"]:.2f}); rounding the
trained weights to bfloat16 changes them by at most {evaluation["logit_difference_bf16_rounding"]:.1e} and keeps the most likely
token at {evaluation["same_top_token_share"]:.1%} of the positions. In PyTorch the bf16 weights cost {evaluation["bits_per_byte"]:.4f} bits per
byte (every 8th held-out file).

## Examples

What `graft complete` offers, nothing picked out or repaired; `█` marks the cursor.
"""]
    for example in evaluation["examples"]:
        code = example["prefix"] + "█" + example["suffix"]
        answer = f"offers\n\n```python\n{example['completion']}\n```\n" if example["completion"] else "offers nothing.\n"
        parts.append(f"**{example['spot']}**\n\n```python\n{code.rstrip()}\n```\n\n{answer}")
    return "\n".join(parts)


REPRODUCE = """## Reproduce

`scripts/pretrain/README.md` in the Graft repository: corpus, tokenizer, training, evaluation and export, in this order.
PyPI serves newer versions as time goes by; the versions used here are in the table above.
"""


def model_card(config: dict, run: dict, parameters: int, manifest: dict, log: list[dict],
               report: dict | None, evaluation: dict | None, notes: str = "") -> str:
    """README.md of the exported folder."""
    front = "---\nlicense: mit\nlanguage: code\nlibrary_name: transformers\npipeline_tag: text-generation\n---\n\n"
    parts = [front + INTRO.format(millions=parameters / 1e6)]
    if report is None or evaluation is None:
        parts.append("**Interim weights**: written while training was still going on. The shape and the tokenizer are final, "
                     "the weights are not.\n")
    parts += [PROMPTS, sizes(config, parameters), training(run, log, manifest, notes)]
    if report and evaluation:
        parts += [measured(report, evaluation), LIMITS]
    parts += [data(manifest), REPRODUCE]
    return "\n".join(parts)
