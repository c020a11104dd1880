"""What huggingface/tokenizers makes of Python files, for tokenizerParity.ts, which starts this.

    python tokenizerParity.py FILES FOLDER…

Prints a JSON line with versions, one with the paths of FILES Python files found on this machine (as far as they are UTF-8),
then one per tokenizer folder and file: SHA-256 of the ids, and of the text that they decode to.
"""

import hashlib
import json
import platform
import re
import site
import sys
import sysconfig
from pathlib import Path

import tokenizers

count, folders = int(sys.argv[1]), [Path(folder) for folder in sys.argv[2:]]


def python_files() -> list[tuple[str, str]]:
    roots = {sysconfig.get_path("stdlib"), *site.getsitepackages()}
    paths = sorted({path for root in roots for path in Path(root).rglob("*.py")})
    found = []
    # Evenly spaced, so that all packages have their share.
    for path in paths[:: max(1, len(paths) // (count * 2))]:
        try:
            text = path.read_bytes().decode()
        except (UnicodeDecodeError, OSError):
            continue
        if 0 < len(text) < 400_000:
            found.append((str(path), text))
    return found[:count]


def digest(data: str) -> str:
    return hashlib.sha256(data.encode()).hexdigest()


def open_encoder(folder: Path) -> tokenizers.Tokenizer:
    """Without its markers: Graft encodes all text as text."""
    state = json.loads((folder / "tokenizer.json").read_text())
    state["added_tokens"] = [
        token
        for token in state["added_tokens"]
        if not token["special"] and not re.fullmatch("▁?<.+>", token["content"], re.DOTALL)
    ]
    return tokenizers.Tokenizer.from_str(json.dumps(state))


files = python_files()
print(json.dumps({"tokenizers": tokenizers.__version__, "python": platform.python_version()}))
print(json.dumps([path for path, _ in files]))
for folder in folders:
    encoder = open_encoder(folder)
    decoder = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    for path, text in files:
        ids = encoder.encode(text, add_special_tokens=False).ids
        decoded = digest(decoder.decode(ids))
        print(json.dumps({"ids": digest(",".join(map(str, ids))), "decoded": decoded}))
