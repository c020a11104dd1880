"""Write the Hugging Face folder from a checkpoint.

    python export.py --work WORK --out base [--earlier CORPUS] [--report WORK/report.json --evaluation WORK/evaluation.json] [--notes FILE]

Takes WORK/checkpoint.pt, WORK/log.jsonl, WORK/corpus.json and WORK/tokenizer/.
Without a report and an evaluation the model card says that the weights are an interim state.
"""
from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from card import model_card
from tokenizer import EOS, FIM_PAD


def hf_config(config: dict, eos: int, pad: int) -> dict:
    """config.json of a LlamaForCausalLM."""
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", **config,
        "hidden_act": "silu", "attention_bias": False, "mlp_bias": False, "attention_dropout": 0.0,
        "rope_scaling": None, "tie_word_embeddings": True, "initializer_range": 0.02, "pretraining_tp": 1, "use_cache": True,
        "bos_token_id": None, "eos_token_id": eos, "pad_token_id": pad, "torch_dtype": "bfloat16",
    }


def write_json(path: Path, value: dict) -> None:
    """Indented JSON with a final line break."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--report", type=Path, help="the result of `graft evaluate --json`; without it the card says interim")
    parser.add_argument("--evaluation", type=Path, help="output of evaluate.py; as above")
    parser.add_argument("--earlier", type=Path, help="corpus.json of the base that was gone on from")
    parser.add_argument("--notes", type=Path, help="a paragraph on this run for the card")
    args = parser.parse_args()
    state = torch.load(args.work / "checkpoint.pt", weights_only=True)
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer" / "tokenizer.json"))
    eos, pad = tokenizer.token_to_id(EOS), tokenizer.token_to_id(FIM_PAD)
    args.out.mkdir(parents=True, exist_ok=True)
    tensors = {f"model.{name}": value.to(torch.bfloat16).contiguous() for name, value in state["model"].items()}
    save_file(tensors, args.out / "model.safetensors", metadata={"format": "pt"})
    write_json(args.out / "config.json", hf_config(state["config"], eos, pad))
    write_json(args.out / "generation_config.json",
               {"do_sample": False, "eos_token_id": eos, "pad_token_id": pad, "max_new_tokens": 64})
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(args.work / "tokenizer" / name, args.out / name)
    manifest = json.loads((args.work / "corpus.json").read_text())
    trained = {"tokens": state["run"]["tokens"], "minutes": round(state["run"]["seconds"] / 60)}
    if args.earlier:
        earlier = json.loads(args.earlier.read_text())
        manifest["before"] = earlier["trained"]
        manifest["earlier"] = [*earlier["packages"], *earlier.get("earlier", [])]
        trained = {key: value + earlier["trained"][key] for key, value in trained.items()}
    write_json(args.out / "corpus.json", {**manifest, "trained": trained})
    log = [json.loads(line) for line in (args.work / "log.jsonl").read_text().splitlines()]
    report, evaluation = (json.loads(path.read_text()) if path else None for path in (args.report, args.evaluation))
    parameters = sum(value.numel() for value in tensors.values())
    notes = args.notes.read_text() if args.notes else ""
    card = model_card(state["config"], state["run"], parameters, manifest, log, report, evaluation, notes)
    (args.out / "README.md").write_text(card)
    (args.out / "LICENSE").write_text(Path(__file__).with_name("WEIGHTS_LICENSE").read_text())
    print(f"{parameters} parameters, {len(tensors)} tensors, step {state['run']['step']}")


if __name__ == "__main__":
    main()
