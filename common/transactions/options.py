"""How a command is told what a file of order lines calls our columns."""

import argparse
import dataclasses
from typing import Any

from common.transactions.presets import PRESETS, Columns, Preset

OURS = ("user", "product", "at", "quantity", "price", "order", "title", "category")


class UnknownOption(ValueError):
    """A preset or a column that there is not; the message names those that there are."""


def add_file_options(parser: argparse.ArgumentParser) -> None:
    """Take a preset, the file's own names of columns, its encoding and the way it writes dates."""
    parser.add_argument("--preset", help=f"the export of a known kind of shop: {', '.join(PRESETS)}")
    parser.add_argument(
        "--columns",
        default="",
        metavar="user=…,product=…,at=…,quantity=…,price=…,order=…,title=…,category=…",
        help="what the file calls our columns, where it does not use these very words; titles and categories "
        "may be missing",
    )
    parser.add_argument("--encoding", help="what the file is written in (utf-8)")
    parser.add_argument(
        "--dates",
        choices=("day-first", "month-first"),
        help="how to read 01/02/2011 in a file whose other dates do not tell",
    )


def preset_of(options: dict[str, Any]) -> Preset:
    """Return the preset that was named, or a plain one, with what else was told. Raises UnknownOption."""
    named = dict(_pair(part) for part in options["columns"].split(",") if part.strip())
    category = named.pop("category", "category")
    if options["preset"] is None:
        # Titles of our own name are read where there are any.
        plain = {ours: ours for ours in ("user", "product", "at", "quantity", "price", "order")}
        preset = Preset(columns=Columns(**{**plain, **named}))
        extra = {"category": category} if "title" in named else {"category": category, "title": "title"}
    elif options["preset"] in PRESETS:
        preset = PRESETS[options["preset"]]
        preset = dataclasses.replace(preset, columns=dataclasses.replace(preset.columns, **named))
        extra = {"category": category}
    else:
        raise UnknownOption(f"There is no preset {options['preset']!r}; there are {', '.join(PRESETS)}.")
    changes: dict[str, Any] = {"extra": extra}
    if options["encoding"]:
        changes["encoding"] = options["encoding"]
    if options["dates"]:
        changes["day_first"] = options["dates"] == "day-first"
    return dataclasses.replace(preset, **changes)


def _pair(part: str) -> tuple[str, str]:
    ours, _, theirs = (word.strip() for word in part.partition("="))
    if ours not in OURS or not theirs:
        raise UnknownOption(f"--columns takes {', '.join(f'{ours}=…' for ours in OURS)}, not {part.strip()!r}.")
    return ours, theirs
