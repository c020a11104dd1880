"""Train the byte-level BPE tokenizer and save it as a Hugging Face folder.

    python tokenizer.py --corpus WORK/train.jsonl --out WORK/tokenizer

Pieces, before merging: line breaks with the indentation that follows them;
runs of blanks; words (letters and _) with one leading sign or blank; single
digits; runs of signs.  No normaliser, no prefix space, no BOS: decoding an
encoding returns the same text byte for byte.  Only character classes that mean
the same in Oniguruma and in JavaScript are used (no backslash-s).
"""
from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Iterator

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

EOS = "<|endoftext|>"
FIM_PREFIX, FIM_MIDDLE, FIM_SUFFIX, FIM_PAD = "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>"
REPO_NAME, FILE_SEP = "<|repo_name|>", "<|file_sep|>"
SPECIALS = [EOS, FIM_PREFIX, FIM_MIDDLE, FIM_SUFFIX, FIM_PAD, REPO_NAME, FILE_SEP]
VOCAB_SIZE = 8192

PATTERN = "|".join((
    r"(?:\r?\n[ \t]*)+",
    r"[ \t]{2,}",
    r"(?: |[^ \t\r\n\p{L}\p{N}_])?[\p{L}_]+",
    r"\p{N}",
    r" ?[^ \t\r\n\p{L}\p{N}_]+",
    r"[ \t]|\r",
))
SAMPLES = (
    "def f(x):\n    return x\n", "    leading", "\tif a:\n\t\tb = 1\n", "a\r\n\r\n  b\r\nc\rd", "x = 'zażółć 🙂👩‍💻'  # 数\n",
    "", " ", "\n", "\n\n\n        \n    pass", "__init__(self, *args, **kwargs)", "123.45e-10 + 0x1F", "a\u00a0b\u2028c\ufeffd\x0ce\x85f",
    "for i in range(10): print(i)   ", "\x00\x7f\u0301e\u0301", "trailing \t \n\t  mixed",
)


def texts(corpus: Path, share: float, seed: int) -> Iterator[str]:
    """A random share of the files."""
    rng = random.Random(seed)
    with corpus.open() as lines:
        for line in lines:
            if rng.random() < share:
                yield json.loads(line)["text"]


def build(corpus: Path, share: float, seed: int) -> Tokenizer:
    """Trains the merges."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    tokenizer.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    trainer = trainers.BpeTrainer(vocab_size=VOCAB_SIZE, special_tokens=SPECIALS, max_token_length=40,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(texts(corpus, share, seed), trainer)
    return tokenizer


def save(tokenizer: Tokenizer, out: Path) -> None:
    """Writes tokenizer.json and tokenizer_config.json."""
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / "tokenizer.json"))
    added = {str(tokenizer.token_to_id(token)): {"content": token, "lstrip": False, "normalized": False,
                                                 "rstrip": False, "single_word": False, "special": True}
             for token in SPECIALS}
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 2048,
        "add_bos_token": False, "add_prefix_space": False, "clean_up_tokenization_spaces": False,
        "bos_token": None, "eos_token": EOS, "pad_token": FIM_PAD, "unk_token": None,
        "fim_order": "suffix-first",  # read by Graft: a small model fills best directly after the prefix
        "additional_special_tokens": SPECIALS[1:], "added_tokens_decoder": added,
    }
    (out / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")


def check(tokenizer: Tokenizer, corpus: Path) -> None:
    """Checks exact round trips on hard cases and on corpus files, and prints bytes per token."""
    sizes = [0, 0]
    for text in (*SAMPLES, *texts(corpus, 0.01, 99)):
        ids = tokenizer.encode(text).ids
        assert tokenizer.decode(ids, skip_special_tokens=False) == text, repr(text[:200])
        sizes = [sizes[0] + len(text.encode()), sizes[1] + len(ids)]
    print(f"vocabulary {tokenizer.get_vocab_size()}, {sizes[0] / sizes[1]:.3f} bytes per token")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.4, help="share of the files the merges are learnt from")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    tokenizer = build(args.corpus, args.share, args.seed)
    save(tokenizer, args.out)
    check(tokenizer, args.corpus)


if __name__ == "__main__":
    main()
