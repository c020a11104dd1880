"""Train the base model until it is told to stop.

    python train.py --work WORK --minutes 75 [--decay 15] [--resume | --base BASE]

reads WORK/train.jsonl, WORK/heldout.jsonl and WORK/tokenizer/, writes
WORK/checkpoint.pt and WORK/log.jsonl.  After a short warm-up the learning rate
is constant, and falls to zero over the last `--decay` minutes; a file
WORK/finish makes these begin at once.  A run can therefore be stopped at any
time, and any checkpoint can be continued.  `--base` begins with the weights of
an exported folder and fresh optimizers, so another machine needs only that
folder; `--resume` with a checkpoint of grow.py also begins with fresh
optimizers.  On a GPU, for example:

    python train.py --work WORK --minutes 8 --warm-up 10 --decay 5.5 --lr 6e-3 --hidden 512 --intermediate 1152 --layers 7 \\
        --heads 8 --kv-heads 4 --tokens 131072 --micro 131072 --workers 15
"""
from __future__ import annotations

import argparse
import json
import math
import os
import time
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.utils.data import DataLoader

from data import Batches, read_files
from evaluate import bits_per_byte
from model import Config, Llama

SIZES = {"hidden": "hidden_size", "intermediate": "intermediate_size", "layers": "num_hidden_layers",
         "heads": "num_attention_heads", "kv-heads": "num_key_value_heads"}


def orthogonal(g: Tensor) -> Tensor:
    """The nearest semi-orthogonal matrices of a batch, approximated by Newton-Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.bfloat16()
    if g.shape[1] > g.shape[2]:
        x = x.transpose(1, 2)
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        y = x @ x.transpose(1, 2)
        x = a * x + (b * y + c * y @ y) @ x
    return (x.transpose(1, 2) if g.shape[1] > g.shape[2] else x).float()


class Muon:
    """Orthogonalized momentum for the matrices inside the layers, with steps of Adam's usual size."""

    def __init__(self, params: list[Tensor], momentum: float = 0.95, decay: float = 0.05) -> None:
        self.momentum, self.decay = momentum, decay
        self.groups: dict[torch.Size, list[Tensor]] = {}
        for p in params:
            self.groups.setdefault(p.shape, []).append(p)
        self.state = {shape: torch.zeros(len(group), *shape, device=group[0].device) for shape, group in self.groups.items()}

    @torch.no_grad()
    def step(self, lr: float) -> None:
        """One update of every matrix."""
        for shape, group in self.groups.items():
            grad = torch.stack([p.grad for p in group])
            state = self.state[shape].lerp_(grad, 1 - self.momentum)
            update = orthogonal(grad.lerp(state, self.momentum)) * (0.2 * math.sqrt(max(shape)))
            for p, u in zip(group, update):
                p.mul_(1 - lr * self.decay).add_(u, alpha=-lr)


def learning_rate(seconds: float, left: float, warm_up: float, decay: float) -> float:
    """Factor of the learning rate: rises during the warm-up, stays at 1, then falls linearly to 0."""
    return min(1.0, max(0.02, seconds / warm_up), max(0.0, left / decay))


def exported(base: Path) -> dict:
    """A checkpoint with the weights and sizes of an exported folder."""
    config = json.loads((base / "config.json").read_text())
    sizes = {name: config[name] for name in Config().to_dict()}
    weights = {name.removeprefix("model."): value.float() for name, value in load_file(base / "model.safetensors").items()}
    return {"model": weights, "config": sizes, "run": {"step": 0, "tokens": 0, "seconds": 0.0}}


def warm(model: Llama, device: str, rows: int, length: int) -> None:
    """Compiles the model before the clock starts."""
    tokens = torch.zeros(rows, length, dtype=torch.int64, device=device)
    with torch.autocast(device, torch.bfloat16):
        model(tokens, tokens).sum().backward()
    model.zero_grad(set_to_none=True)


def save(path: Path, state: dict) -> None:
    """Writes a checkpoint so that a crash leaves the old one intact."""
    torch.save(state, path.with_suffix(".tmp"))
    os.replace(path.with_suffix(".tmp"), path)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--warm-up", type=float, default=60, help="seconds, the first ones")
    parser.add_argument("--decay", type=float, default=15, help="minutes, the last ones")
    parser.add_argument("--length", type=int, default=1024, help="tokens of a row")
    parser.add_argument("--tokens", type=int, default=16384, help="tokens per step")
    parser.add_argument("--micro", type=int, default=8192, help="tokens per forward pass")
    parser.add_argument("--lr", type=float, default=4e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1, help="processes that make batches")
    parser.add_argument("--save-minutes", type=float, default=4)
    parser.add_argument("--log-steps", type=int, default=25)
    parser.add_argument("--eval-minutes", type=float, default=8, help="between two looks at held-out files; 0: none")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--base", type=Path, help="an exported folder to begin with")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    for option, field in SIZES.items():
        parser.add_argument(f"--{option}", type=int, default=getattr(Config, field), help=f"{field} of a new model")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    path = args.work / "checkpoint.pt"
    state = torch.load(path, weights_only=True, map_location=args.device) if args.resume else None
    state = exported(args.base) if args.base else state
    config = Config(**state["config"]) if state else Config(
        **{field: getattr(args, option.replace("-", "_")) for option, field in SIZES.items()})
    model = Llama(config).to(args.device)
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and n.startswith("layers.")]
    others = [p for n, p in model.named_parameters() if p.dim() != 2 or not n.startswith("layers.")]
    muon, adam = Muon(matrices), torch.optim.AdamW(others, betas=(0.9, 0.95), weight_decay=0.0)
    run = {"step": 0, "tokens": 0, "seconds": 0.0}
    if state:
        model.load_state_dict(state["model"])
        run = state["run"]
    if state and "adam" in state:
        adam.load_state_dict(state["adam"])
        muon.state = {shape: state["muon"][str(tuple(shape))].float() for shape in muon.state}
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer" / "tokenizer.json"))
    heldout = read_files(args.work / "heldout.jsonl")[::8]
    batches = Batches(args.work / "train.jsonl", tokenizer, args.seed + run["step"], args.tokens, args.length)
    loader = iter(DataLoader(batches, batch_size=None, num_workers=args.workers, prefetch_factor=4))
    model.compile_parts()
    warm(model, args.device, max(1, args.micro // args.length), args.length)
    log = (args.work / "log.jsonl").open("a" if args.resume else "w", buffering=1)

    def write(**entry: float) -> None:
        entry = {"minutes": round(run["seconds"] / 60, 2), "step": run["step"], "tokens": run["tokens"], **entry}
        log.write(json.dumps(entry) + "\n")
        print(entry, flush=True)

    started = time.time() - run["seconds"]
    saved = evaluated = begun = run["seconds"]
    losses: list[Tensor] = []
    mark = (time.time(), run["tokens"])
    end = run["seconds"] + args.minutes * 60
    finish = args.work / "finish"
    while run["seconds"] < end:
        if finish.exists():
            finish.unlink()
            end = min(end, run["seconds"] + args.decay * 60)
        rate = args.lr * learning_rate(run["seconds"] - begun, end - run["seconds"], args.warm_up, args.decay * 60)
        batch, weights = next(loader).to(args.device, non_blocking=True)
        rows = max(1, args.micro // (batch.shape[1] - 1))
        weights = weights[:, 1:] / weights[:, 1:].sum()
        total = torch.zeros((), device=args.device)
        for part, weight in zip(batch.split(rows), weights.split(rows)):
            with torch.autocast(args.device, torch.bfloat16):
                loss = model(part[:, :-1].contiguous(), part[:, 1:].contiguous())
            (loss * weight.reshape(-1)).sum().backward()
            total += loss.detach().sum() / weights.numel()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        for group in adam.param_groups:
            group["lr"] = rate * 0.5
        muon.step(rate)
        adam.step()
        model.zero_grad(set_to_none=True)
        losses.append(total)
        run.update(step=run["step"] + 1, tokens=run["tokens"] + batch.shape[0] * (batch.shape[1] - 1),
                   seconds=time.time() - started)
        if run["step"] % args.log_steps == 0:
            speed = (run["tokens"] - mark[1]) / (time.time() - mark[0])
            mark = (time.time(), run["tokens"])
            write(loss=round(float(torch.stack(losses).mean()), 4), lr=round(rate, 6), length=batch.shape[1] - 1, speed=round(speed))
            losses = []
        over = run["seconds"] >= end
        if over or run["seconds"] - saved > args.save_minutes * 60:
            saved = run["seconds"]
            save(path, {"model": model.state_dict(), "adam": adam.state_dict(), "run": run, "config": model.config.to_dict(),
                        "muon": {str(tuple(shape)): value.bfloat16() for shape, value in muon.state.items()}})
        if args.eval_minutes and (over or run["seconds"] - evaluated > args.eval_minutes * 60):
            evaluated = run["seconds"]
            write(heldout_bits_per_byte=round(bits_per_byte(model, tokenizer, heldout), 4))


if __name__ == "__main__":
    main()
