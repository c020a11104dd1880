"""Grow a trained model in width and depth without changing what it computes.

    python grow.py --checkpoint SMALL/checkpoint.pt --work WORK --hidden 384 --intermediate 1024 --layers 7 --heads 6 --kv-heads 3

writes WORK/checkpoint.pt for `train.py --resume`, with fresh optimizers.  Matrices that read the
residual stream (q, k, v, gate, up) are extended with random numbers, matrices that write to it
(o, down, the embedding) with zeros.  New residual channels, heads, units and layers are silent at
first, but gradients reach all writing matrices from the first step.  A norm sees the same signal
spread over more channels; its gain makes up for this.  (After Chen et al., Net2Net, 2016.)
"""
from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from model import Config, Llama
from train import save

READS = ("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj")


def spread(before: int, after: int) -> list[int]:
    """For each new layer the old layer that it copies, or -1 for an added layer; added layers are spread evenly."""
    added = {round((index + 1) * after / (after - before + 1)) for index in range(after - before)}
    old = iter(range(before))
    return [-1 if index in added else next(old) for index in range(after)]


def grown(name: str, old: Tensor, new: Tensor, gain: float) -> Tensor:
    """One tensor of the bigger model: `old` in its corner, the rest according to the role that its name states."""
    if old.dim() == 1:
        new[:old.shape[0]] = old * gain
        return new
    if not any(part in name for part in READS):
        new.zero_()
    new[:old.shape[0], :old.shape[1]] = old
    return new


def grow(state: dict[str, Tensor], config: Config, bigger: Config) -> dict[str, Tensor]:
    """Weights of a model with the sizes of `bigger` that computes the same outputs as `state`."""
    torch.manual_seed(0)
    result = {name: value.clone() for name, value in Llama(bigger).state_dict().items()}
    gain = (config.hidden_size / bigger.hidden_size) ** 0.5
    for index, source in enumerate(spread(config.num_hidden_layers, bigger.num_hidden_layers)):
        for name in [name for name in result if name.startswith(f"layers.{index}.")]:
            if source >= 0:
                result[name] = grown(name, state[name.replace(f"layers.{index}.", f"layers.{source}.", 1)], result[name], gain)
            elif name.endswith(("o_proj.weight", "down_proj.weight")):
                result[name].zero_()
    for name in ("embed_tokens.weight", "norm.weight"):
        result[name] = grown(name, state[name], result[name], gain)
    return result


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    for option in ("hidden", "intermediate", "layers", "heads", "kv-heads"):
        parser.add_argument(f"--{option}", type=int, required=True)
    args = parser.parse_args()
    state = torch.load(args.checkpoint, weights_only=True)
    config = Config(**state["config"])
    bigger = replace(config, hidden_size=args.hidden, intermediate_size=args.intermediate, num_hidden_layers=args.layers,
                     num_attention_heads=args.heads, num_key_value_heads=args.kv_heads)
    weights = grow(state["model"], config, bigger)
    small, big = Llama(config).eval(), Llama(bigger).eval()
    small.load_state_dict(state["model"])
    big.load_state_dict(weights)
    tokens = torch.randint(0, config.vocab_size, (1, 256), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        difference = float((small(tokens) - big(tokens)).abs().max())
    print(f"{sum(p.numel() for p in small.parameters()):,} -> {sum(p.numel() for p in big.parameters()):,} parameters, "
          f"logits differ by at most {difference:.1e}")
    if difference > 1e-2:
        raise SystemExit("the grown model computes something else: heads per key-value head must stay the same")
    earlier = state["run"]
    save(args.work / "checkpoint.pt", {
        "model": weights, "config": bigger.to_dict(),
        "run": {"step": 0, "tokens": 0, "seconds": 0.0, "grown_from": {"parameters": sum(p.numel() for p in small.parameters()), **earlier}}})


if __name__ == "__main__":
    main()
