"""Held-out figures: bits per byte and line-completion accuracy.

    python evaluate.py --work WORK --base BASE --out WORK/evaluation.json
"""
from __future__ import annotations

import argparse
import json
import math
import random
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from data import read_files
from model import Llama
from tokenizer import EOS, FILE_SEP, FIM_MIDDLE, FIM_PREFIX, FIM_SUFFIX

WINDOW = 1024


@torch.no_grad()
def bits_per_byte(model: Llama, tokenizer: Tokenizer, files: list[tuple[str, str, str]], batch: int = 8) -> float:
    """Cost of the file contents in windows of 1024 tokens, each file behind its path header."""
    rows, weights, size = [], [], 0
    for _, path, text in files:
        header = tokenizer.encode(f"{FILE_SEP}{path}\n", add_special_tokens=False).ids
        ids = header + tokenizer.encode(text, add_special_tokens=False).ids
        size += len(text.encode())
        counted = [0] * len(header) + [1] * (len(ids) - len(header))
        for at in range(0, len(ids) - 1, WINDOW):
            row, weight = ids[at:at + WINDOW + 1], counted[at + 1:at + WINDOW + 1]
            rows.append(row + [0] * (WINDOW + 1 - len(row)))
            weights.append(weight + [0] * (WINDOW - len(weight)))
    nats, device = 0.0, next(model.parameters()).device
    for at in range(0, len(rows), batch):
        tokens, weight = torch.tensor(rows[at:at + batch], device=device), torch.tensor(weights[at:at + batch], device=device).view(-1)
        logits = model(tokens[:, :-1])
        losses = F.cross_entropy(logits.view(-1, logits.shape[-1]), tokens[:, 1:].reshape(-1), reduction="none")
        nats += float((losses.double() * weight).sum())
    return nats / math.log(2) / size


def line_cases(files: list[tuple[str, str, str]], count: int, seed: int) -> list[tuple[str, str, str, str]]:
    """(path, prefix, rest of the line, suffix) with the cursor inside the code of a line."""
    rng, cases = random.Random(seed), []
    while len(cases) < count:
        _, path, text = files[rng.randrange(len(files))]
        at = rng.randrange(len(text))
        start, stop = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        line = text[start:stop]
        first = start + len(line) - len(line.lstrip())
        if stop - at >= 3 and at > first and not line.lstrip().startswith(("#", '"', "'")):
            cases.append((path, text[max(0, at - 1500):at], text[at:stop], text[stop:stop + 500]))
    return cases


@torch.no_grad()
def complete(model: torch.nn.Module, tokenizer: Tokenizer, prompt: str, limit: int, one_line: bool = False) -> str:
    """Greedy continuation of a prompt by a transformers model, up to <|endoftext|> (or a line break)."""
    eos, past = tokenizer.token_to_id(EOS), None
    ids = tokenizer.encode(prompt, add_special_tokens=False).ids
    tokens, made = torch.tensor([ids]), []
    while len(made) < limit:
        out = model(input_ids=tokens, past_key_values=past, use_cache=True)
        past, best = out.past_key_values, int(out.logits[0, -1].argmax())
        if best == eos:
            break
        made.append(best)
        if one_line and "\n" in tokenizer.decode(made, skip_special_tokens=False):
            break
        tokens = torch.tensor([[best]])
    return tokenizer.decode(made, skip_special_tokens=False)


def fim_prompt(prefix: str, suffix: str, path: str = "", suffix_first: bool = False) -> str:
    """The fill-in-the-middle prompt in PSM or SPM order."""
    header = f"{FILE_SEP}{path}\n" if path else ""
    if suffix_first:
        return f"{header}{FIM_PREFIX}{FIM_SUFFIX}{suffix}{FIM_MIDDLE}{prefix}"
    return f"{header}{FIM_PREFIX}{prefix}{FIM_SUFFIX}{suffix}{FIM_MIDDLE}"


def main() -> None:
    """Command line."""
    from transformers import LlamaForCausalLM

    from model import Config
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--every", type=int, default=1, help="measure bits per byte on every n-th held-out file only")
    parser.add_argument("--examples", type=Path, default=Path(__file__).with_name("examples.json"))
    args = parser.parse_args()
    torch.set_num_threads(2)
    tokenizer = Tokenizer.from_file(str(args.base / "tokenizer.json"))
    reference = LlamaForCausalLM.from_pretrained(args.base, dtype=torch.float32).eval()
    state = torch.load(args.work / "checkpoint.pt", weights_only=True)
    model = Llama(Config(**state["config"])).eval()
    model.load_state_dict(state["model"])
    files = read_files(args.work / "heldout.jsonl")
    sample = torch.tensor([tokenizer.encode(files[3][2]).ids[:700]])
    with torch.no_grad():
        ours, theirs = model(sample), reference(sample).logits
        exported = Llama(model.config).eval()
        exported.load_state_dict({k.removeprefix("model."): v for k, v in reference.state_dict().items() if k != "lm_head.weight"})
        same = exported(sample)
    result: dict = {
        "logit_difference_same_weights": float((same - theirs).abs().max()),
        "logit_difference_bf16_rounding": float((ours - theirs).abs().max()),
        "logit_scale": float(theirs.std()),
        "same_top_token_share": float((ours.argmax(-1) == theirs.argmax(-1)).float().mean()),
        "bits_per_byte": bits_per_byte(exported, tokenizer, files[::args.every]),
    }
    hits: dict[str, int] = {"psm": 0, "spm": 0, "plain": 0}
    for path, prefix, rest, suffix in line_cases(files, args.cases, 7):
        prompts = {"psm": fim_prompt(prefix, suffix, path), "spm": fim_prompt(prefix, suffix, path, suffix_first=True),
                   "plain": f"{FILE_SEP}{path}\n{prefix}"}
        for kind, prompt in prompts.items():
            line = complete(reference, tokenizer, prompt, 40, one_line=True).split("\n")[0]
            hits[kind] += line.rstrip() == rest.rstrip()
    result["line_rest_exact"] = {key: value / args.cases for key, value in hits.items()}
    result["cases"] = args.cases
    result["every"] = args.every
    result["examples"] = []
    for example in json.loads(args.examples.read_text()):
        prefix, suffix = example["prefix"], example["suffix"]
        prompts = {"plain": prefix} if suffix is None else {
            "psm": fim_prompt(prefix, suffix), "spm": fim_prompt(prefix, suffix, suffix_first=True)}
        completions = {kind: complete(reference, tokenizer, prompt, 64) for kind, prompt in prompts.items()}
        result["examples"].append({**example, "completions": completions})
    args.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(result, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
