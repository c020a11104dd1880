"""Bits per byte during training; afterwards the check of the exported model, and examples through Graft's command line.

    python evaluate.py --work WORK --base BASE --out WORK/evaluation.json

The quality report is Graft's own: `graft evaluate --suite WORK/heldout.jsonl` (docs/holes.md).
"""
from __future__ import annotations

import argparse
import json
import math
import subprocess
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from data import read_files
from model import Config, Llama
from tokenizer import FILE_SEP

WINDOW = 1024


@torch.no_grad()
def bits_per_byte(model: Llama, tokenizer: Tokenizer, files: list[tuple[str, str, str]], batch: int = 8) -> float:
    """Bits per byte of the file contents, in windows of 1024 tokens, with each file after its path header."""
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


def complete(graft: list[str], base: str, example: dict) -> str:
    """The text that Graft's command line offers at a cursor."""
    command = [*graft, "complete", "--json", "--base", base, "--prefix", example["prefix"], "--suffix", example["suffix"]]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return next(row["text"] for row in map(json.loads, lines) if row["event"] == "result")


def main() -> None:
    """Command line."""
    from transformers import LlamaForCausalLM
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True, help="the exported folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="graft-base", help="the same base as Graft serves it; a folder would be served in 4 bits")
    parser.add_argument("--graft", nargs="+", default=["node", str(Path(__file__).parents[2] / "dist" / "cli.js")])
    parser.add_argument("--typical", type=Path, help="output of typical.py")
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
        model.load_state_dict({k.removeprefix("model."): v for k, v in reference.state_dict().items() if k != "lm_head.weight"})
        same = model(sample)
    result = {
        "logit_difference_same_weights": float((same - theirs).abs().max()),
        "logit_difference_bf16_rounding": float((ours - theirs).abs().max()),
        "logit_scale": float(theirs.std()),
        "same_top_token_share": float((ours.argmax(-1) == theirs.argmax(-1)).float().mean()),
        "bits_per_byte": bits_per_byte(model, tokenizer, files[::8]),
        "examples": [{**row, "completion": complete(args.graft, args.name, row)} for row in json.loads(args.examples.read_text())],
    }
    if args.typical:
        result["typical"] = json.loads(args.typical.read_text())
    args.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(result, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
