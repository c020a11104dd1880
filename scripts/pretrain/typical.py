"""Counts the typical spots of daily code that are filled with text that can stay as it is.

    python typical.py [--base graft-base] [--graft node dist/cli.js] [--out FILE]

typicalSpots.json was written before the weights that it judges, and nothing in it is used for training or tuning.  The rule:
one of the spot's patterns must match all of the text that `graft complete` offers, with every run of blanks and line breaks
as one blank.
"""
from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from evaluate import complete


def usable(text: str, accept: list[str]) -> bool:
    """Whether a spot accepts an offered text."""
    shown = " ".join(text.split())
    return any(re.fullmatch(pattern, shown) for pattern in accept)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="graft-base")
    parser.add_argument("--graft", nargs="+", default=["node", str(Path(__file__).parents[2] / "dist" / "cli.js")])
    parser.add_argument("--spots", type=Path, default=Path(__file__).with_name("typicalSpots.json"))
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    rows = []
    for spot in json.loads(args.spots.read_text()):
        text = complete(args.graft, args.base, spot)
        rows.append({"spot": spot["spot"], "usable": usable(text, spot["accept"]), "offered": text})
        print("yes" if rows[-1]["usable"] else "no ", spot["spot"], repr(text), flush=True)
    print(f"{sum(row['usable'] for row in rows)} of {len(rows)}")
    if args.out:
        args.out.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
