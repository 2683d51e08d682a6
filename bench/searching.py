"""`python -m bench search`: what a search costs over 100,000 products, whole requests, by processor time.

Each search is asked once, so that nothing is remembered of it, through the application's own handler. What counts is
the processor time of this process and of the server process that answers it, together.
"""

import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import psycopg
from django.db import connection
from django.http import HttpResponse

from bench.progress import say
from bench.shop import NO_LIMIT_REACHED, ready_shop

SEED = 20261127
SEARCHES = 200
WARM = 20
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Kind(NamedTuple):
    """Searches of one kind, made of titles."""

    name: str
    searches: Sequence[str]


class Outcome(NamedTuple):
    """What a kind of search costs, in milliseconds of processor time, and in how many nothing was found."""

    name: str
    median: float
    p95: float
    database: float
    n_empty: int


def run() -> None:
    """Measure and print."""
    titles = _prepare()
    say("asking")
    outcomes = [_measure(kind) for kind in kinds(titles)]
    print("| search | median ms of CPU | 95th percentile | of it the database | found nothing |")
    print("|---|---|---|---|---|")
    for one in outcomes:
        print(f"| {one.name} | {one.median:.1f} | {one.p95:.1f} | {one.database:.1f} | {one.n_empty} of {SEARCHES} |")


def kinds(titles: Sequence[str]) -> list[Kind]:
    """Return what is asked: parts of titles as people type them, each once."""
    draw = random.Random(SEED)

    def some(make: Callable[[list[str]], str]) -> list[str]:
        return [make(draw.choice(titles).lower().split()) for _ in range(SEARCHES + WARM)]

    several = [
        Kind("two words", some(lambda words: " ".join(draw.sample(words, 2)))),
        Kind("a whole title", some(" ".join)),
        Kind(
            "two words, one misspelt",
            some(lambda words: " ".join([*draw.sample(words, 1), _slip(draw, max(words, key=len))])),
        ),
        Kind("a word and a beginning", some(lambda words: f"{words[0]} {words[1][:3]}")),
        Kind("words of two products", some(lambda words: f"{words[0]} {words[1]} {draw.choice(titles).lower()}")),
        Kind("one word", some(draw.choice)),
    ]
    mixed = [draw.choice(several).searches[n] for n in range(SEARCHES + WARM)]
    return [Kind("all kinds alike", mixed), *several]


def _slip(draw: random.Random, word: str) -> str:
    place = draw.randrange(1, len(word))
    return word[:place] + draw.choice(LETTERS) + word[place + 1 :]


def _prepare() -> list[str]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aclue.settings")
    os.environ |= {"SECRET_KEY": "only for the benchmark " * 3, "ENVIRONMENT": "development", "DEBUG": "false"}
    os.environ |= {"REDIS_URL": "", "LOG_LEVEL": "WARNING", "ALLOWED_HOSTS": "localhost"}
    os.environ |= NO_LIMIT_REACHED
    url = ready_shop(dict(os.environ))
    os.environ["DATABASE_URL"] = url
    import django  # noqa: PLC0415 (settings are read from what was set above)

    django.setup()
    with psycopg.connect(url) as reader:
        rows = reader.execute("SELECT title FROM catalogue_product WHERE status = 'ACTIVE' ORDER BY id LIMIT 5000")
        return [title for (title,) in rows]


def _measure(kind: Kind) -> Outcome:
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415 (needs the set-up)
    from django.test import RequestFactory  # noqa: PLC0415

    from catalogue import reads  # noqa: PLC0415
    from catalogue.search import asking  # noqa: PLC0415

    handler, requests = WSGIHandler(), RequestFactory()
    took, in_database, n_empty = [], [], 0
    for number, q in enumerate(kind.searches):
        reads.forget()
        asking.forget()
        request = requests.get("/api/v1/products", {"q": q}, HTTP_HOST="localhost")
        if not number:
            # What other processes of the server would take over would not be counted.
            with connection.cursor() as cursor:
                cursor.execute("SET max_parallel_workers_per_gather = 0")
        before, database_before = time.process_time(), _database_cpu()
        answer = cast("HttpResponse", handler.get_response(request))
        database = _database_cpu() - database_before
        spent = time.process_time() - before + database
        assert answer.status_code == 200, answer.content
        if number >= WARM:
            took.append(spent * 1000)
            in_database.append(database * 1000)
            n_empty += b'"total":0,' in answer.content
    p95 = statistics.quantiles(took, n=20)[-1]
    return Outcome(kind.name, statistics.median(took), p95, statistics.median(in_database), n_empty)


def _database_cpu() -> float:
    backend = connection.connection.info.backend_pid
    return int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9
