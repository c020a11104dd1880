"""The model card, filled with measured figures only."""
from __future__ import annotations

from typing import Any

from data import MIDDLE_WEIGHT, PLAIN_ROWS

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

The second form, with the suffix first, is the one that Graft asks and that the weights are trained on; the first was trained in
earlier runs only. Both may stand behind `<|file_sep|>{path}\\n`, the last three parts of the path of the file, and behind other files of
its project, each as `<|file_sep|>{path}\\n{content}`. The end token means that the suffix begins here.
Plain text, or `<|file_sep|>{path}\\n` and plain text, is continued from left to right; files of one project follow each
other as `<|repo_name|>{name}\\n<|file_sep|>{path}\\n{content}<|file_sep|>...`.
Encode prefix and suffix on their own and put the ids between the special ids, as in training; encoding the joined string
gives the same ids, because special tokens split it.
"""

LIMITS = """## Limits

- The model is tiny and saw few tokens: it knows common idioms, indentation and names that stand nearby, and little more.
  Longer completions drift, invent names and can be wrong in every way. Read what it writes.
- Python only; prose only as far as docstrings and comments go. Not instruction-tuned, not a chat model.
- Rows have 1024 tokens; longer ones, up to 2048, were seen in a small part of earlier runs.
- The order with the prefix first has hardly been learnt and was not measured.
- It can repeat short passages of its training sources. The licences of these sources are listed above.
- The 13-gram check covers CoNaLa, CodeAlpaca and HumanEval. MBPP was not collected, but was not at hand to compare with.
"""


def table(head: list[str], rows: list[list[Any]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def sizes(config: dict, parameters: int) -> str:
    """The section about the architecture."""
    rows = [[key, value] for key, value in config.items()]
    return "## Architecture\n\n`LlamaForCausalLM`, tied embeddings, no biases, weights in bfloat16.\n\n" + table(
        ["setting", "value"], [["parameters", parameters], *rows])


def curve(log: list[dict]) -> str:
    """Table of the training loss, about every tenth of the run, and of every held-out figure."""
    steps = [entry for entry in log if "loss" in entry]
    picked = steps[::max(1, len(steps) // 12)]
    if steps and picked[-1] is not steps[-1]:
        picked.append(steps[-1])
    loss = table(["minutes", "tokens", "row length", "learning rate", "training loss (nats per token)"],
                 [[e["minutes"], e["tokens"], e["length"], e["lr"], e["loss"]] for e in picked])
    rows = [[e["minutes"], e["tokens"], e["heldout_bits_per_byte"]] for e in log if "heldout_bits_per_byte" in e]
    return loss + (f'\n{table(["minutes", "tokens", "held-out bits per byte (every 8th file)"], rows)}' if rows else "")


def training(run: dict, log: list[dict], manifest: dict, notes: str) -> str:
    """The section about the training."""
    total, before = manifest["total"], manifest.get("before")
    beginning = "" if not before else (
        f'The weights go on from those before (their card is in git), which had seen {before["tokens"]:,} tokens in {before["minutes"]:,.0f} '
        "minutes, with fresh optimizers. This run:\n")
    return f"""## Training

{beginning}{run["tokens"]:,} tokens in {run["step"]:,} steps ({run["tokens"] // run["step"]:,} in a step on average); {run["seconds"] / 60:.0f} minutes on two shared
CPU cores (bf16 autocast, two threads). Muon for the matrices of the layers, Adam for embeddings and norms; a short warm-up, a
constant rate, and at the end a straight decay to nothing. {8 - PLAIN_ROWS} of 8 rows are packed with gaps asked as the completer asks them: suffix
first, behind the path, some behind definitions that the file imports from its package. Gaps follow the syntax tree (whole bodies,
statements, the rest of a block, what stands in brackets and quotes) and the places where one stops to type. The end token counts where the
suffix truly begins, and not behind the rest of a line, where the completer stops by itself. Among them are pairs made of docstrings and
comments with the code below, in the form of `### Instruction:`. The other rows are plain files of one package, imported ones first.
The loss covers all other tokens; those of the gap weigh {MIDDLE_WEIGHT} times as much. The losses in the table are unweighted. The training
part of the corpus of this run has {total["train"]["bytes"]:,} bytes in {total["train"]["files"]:,} files.

{notes}
{curve(log)}"""


def data(manifest: dict) -> str:
    """The section about the data, with a table of its sources."""
    dropped = ", ".join(f"{reason} {count:,}" for reason, count in manifest["dropped_files"].items())
    rows: dict[tuple[str, str], list[str]] = {}
    for part, packages in enumerate((manifest["packages"], manifest.get("earlier", []))):
        for p in packages:
            row = rows.setdefault((p["package"], p["version"]), [p["package"], p["version"], p["licence"], p["split"], "", ""])
            row[4 + part] = f'{p["bytes"]:,}'
    return f"""## Data

The standard library of CPython and the `.py` files of wheels from PyPI; vendored copies of other projects, generated
files, data tables and files with strings that look like secrets were left out, tests were limited to 10 % of a package (3 % in
earlier runs), packages were capped, by quality (few tables, many statements, some docstrings). Leading licence comments were cut from the
training text. Files whose first 3000 characters name
another licence (GPL, LGPL, MPL, Creative Commons, ...) were dropped. Every file parses. Near-duplicates (a third of the
three-line shingles seen before, half in earlier runs) were dropped. Files that share a 13-gram (words and signs, lower case) with any split of
CoNaLa, CodeAlpaca or HumanEval were dropped ({manifest["excluded_ngrams"]:,} distinct 13-grams). Dropped files by first reason:
{dropped}.

Held out as whole packages: {manifest["total"]["heldout"]["files"]:,} files, {manifest["total"]["heldout"]["bytes"]:,} bytes.
`corpus.json` holds the same table with the licence as each package declares it; `earlier` there is what earlier runs were trained on.

{table(["package", "version", "licence", "split", "bytes", "bytes in earlier runs"], sorted(rows.values(), key=lambda row: row[3]))}"""


def share(estimate: dict) -> str:
    """A percentage with its interval."""
    return f'{estimate["value"]:.1f} % ({estimate["low"]:.1f} – {estimate["high"]:.1f})'


def typical(evaluation: dict) -> str:
    """Sentence about the typical spots; empty if they were not judged."""
    rows = evaluation.get("typical")
    if not rows:
        return ""
    return (f'Of {len(rows)} typical spots of daily code (`scripts/pretrain/typicalSpots.json`), written before these weights and never trained on or tuned to, '
            f'{sum(row["usable"] for row in rows)} are filled so that the text can stay as it is, by a fixed rule.\n')


def measured(report: dict, evaluation: dict) -> str:
    """Held-out figures of `graft evaluate`, the check of the export, and examples without selection or repair."""
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
{typical(evaluation)}
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
