"""Several threads at once, each with a database connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from common.scope import as_system


def in_parallel(work: Callable[[], Any], n_threads: int) -> list[Any]:
    """Return what `work` returned in each of some threads that start together; a failure of one is raised here."""
    gate, results, failures = threading.Barrier(n_threads), [], []

    def run() -> None:
        gate.wait()
        try:
            with as_system("a test's thread"):
                results.append(work())
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results
