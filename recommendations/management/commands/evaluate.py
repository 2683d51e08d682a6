"""`manage.py evaluate`: how good the models are, on days or people that they have not learnt from."""

import json
import zipfile
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from scipy.sparse import csr_matrix, load_npz

from common.bar import Bar
from common.errors import DomainError
from common.transactions import UnreadableTransactions, kept, read_transactions
from common.transactions.options import UnknownOption, add_file_options, preset_of
from recommendations.live import live_frame
from recommendations.ml.evaluate import evaluate_pairs, evaluate_transactions
from recommendations.ml.settings import DISCOVERY, REORDER
from recommendations.ml.split import TEST_DAYS
from recommendations.ml.threads import blas_threads
from recommendations.parameters import read_pairs

METRICS = ("recall@20", "ndcg@20", "hit_rate@20", "coverage@20")


class Command(BaseCommand):
    """Compare models on a file of order lines, on a ready split of pairs, or on this shop's own feedback."""

    help = (
        "Compare models on data that they have not learnt from: the last 28 days of a file of order lines (--data) or "
        "of this shop (--live), or a ready split of people x items (--train, --test)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the data, the task, and parameters that differ."""
        parser.add_argument("--data", type=Path, metavar="FILE", help="order lines, .csv or .csv.gz")
        add_file_options(parser)
        parser.add_argument("--train", type=Path, metavar="A.npz", help="people x items to learn from")
        parser.add_argument("--test", type=Path, metavar="B.npz", help="people x items to be found")
        parser.add_argument("--live", action="store_true", help="what people did in this shop")
        parser.add_argument("--task", choices=(DISCOVERY, REORDER), default=DISCOVERY)
        parser.add_argument("--windows-back", type=int, default=0, help="judge on so many windows before the last")
        parser.add_argument("--models", help="which, separated by commas; those of the task when absent")
        parser.add_argument(
            "--param", action="append", default=[], metavar="MODEL.NAME=VALUE", help="als.factors=64, say; repeatable"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError with a sentence for data or options that will not do."""
        bar = Bar(self.stderr)
        try:
            with blas_threads(settings.TRAINING_THREADS):
                found = self._evaluate(options, bar.show_share)
        except (DomainError, UnknownOption, UnreadableTransactions, ValueError) as problem:
            raise CommandError(str(problem)) from None
        except KeyboardInterrupt:
            raise CommandError("Interrupted.", returncode=130) from None
        finally:
            bar.end()
        self.stdout.write(json.dumps(found) if options["json"] else table_of(found))

    def _evaluate(self, options: dict[str, Any], progress: Any) -> dict[str, Any]:
        pairs = options["train"] is not None or options["test"] is not None
        if [options["data"] is not None, pairs, options["live"]].count(True) != 1:
            raise CommandError("Name the data once: --data FILE, or --train A.npz --test B.npz, or --live.")
        told: dict[str, Any] = {
            "parameters": read_pairs(options["param"]),
            "models": options["models"].split(",") if options["models"] else None,
            "progress": progress,
        }
        if pairs:
            if options["train"] is None or options["test"] is None:
                raise CommandError("A split has two files: --train A.npz --test B.npz.")
            name = f"{options['train'].name}, {options['test'].name}"
            return evaluate_pairs(_matrix(options["train"]), _matrix(options["test"]), data=name, **told)
        told |= {"task": options["task"], "windows_back": options["windows_back"]}
        if options["live"]:
            frame = live_frame(until=timezone.now())
            _see_that_it_is_long_enough(frame, options["windows_back"])
            return evaluate_transactions(frame, data="live", **told)
        preset = preset_of(options)
        frame, _ = kept(read_transactions(options["data"], preset), preset)
        return evaluate_transactions(frame, data=options["data"].name, **told)


def table_of(found: dict[str, Any]) -> str:
    """Return an evaluation as a table for people."""
    lines = [
        f"{found['data']}, {found['task']}: {found['people']:,} people, {found['items']:,} items",
        found["protocol"],
        "",
        f"{'model':12}{''.join(f'{name:>13}' for name in METRICS)}"
        f"{'95 % of ndcg':>18}{'fit, CPU s':>12}{'people/CPU s':>14}",
    ]
    for row in found["models"]:
        low, high = row["ci_ndcg@20"]
        lines.append(
            f"{row['name']:12}{''.join(f'{row[name]:13.4f}' for name in METRICS)}{f'{low:.4f} to {high:.4f}':>18}"
            f"{row['train_cpu_seconds']:12.1f}{row['people_per_cpu_second']:14,.0f}"
        )
    served = found["served"] or "none of these"
    return "\n".join([*lines, "", f"Serves: {served}. {found['seconds']:.0f} seconds in all."])


def _see_that_it_is_long_enough(frame: pd.DataFrame, windows_back: int) -> None:
    """Raises CommandError when nothing would be left to learn from once the days to judge by are held out."""
    if frame.empty:
        raise CommandError("Nobody has liked or bought anything in this shop yet.")
    first, last = frame["at"].min(), frame["at"].max()
    days = TEST_DAYS * (1 + windows_back)
    if first >= last.floor("D") + timedelta(days=1 - days):
        raise CommandError(
            f"This shop's history is too short to hold out its last {days} days: it goes from {first:%Y-%m-%d} to "
            f"{last:%Y-%m-%d}."
        )


def _matrix(path: Path) -> csr_matrix:
    """Return a sparse matrix from a .npz file of SciPy's. Raises CommandError."""
    try:
        return csr_matrix(load_npz(path))
    except FileNotFoundError:
        raise CommandError(f"{path.name}: there is no such file.") from None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, np.exceptions.DTypePromotionError):
        raise CommandError(f"{path.name}: is no sparse matrix as scipy.sparse.save_npz writes it.") from None
