"""How many threads the linear algebra may use: a server's are few and shared."""

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def blas_threads(n: int) -> AbstractContextManager[object]:
    """Hold BLAS to n threads while the context is open."""
    limits: AbstractContextManager[object] = threadpool_limits(n, user_api="blas")
    return limits
