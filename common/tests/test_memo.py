"""What a process remembers for some seconds."""

import time

from common.memo import TimedMemo


def test_a_value_is_made_once_until_it_is_forgotten():
    made = []
    memo = TimedMemo(lambda: made.append(1) or len(made), 60)

    assert [memo.get(), memo.get()] == [1, 1]

    memo.forget()
    assert memo.get() == 2


def test_a_value_that_is_too_old_is_made_anew():
    made = []
    memo = TimedMemo(lambda: made.append(1) or len(made), 0.01)

    first = memo.get()
    time.sleep(0.02)

    assert [first, memo.get()] == [1, 2]
