"""The embedded broker: kombu's folder of messages, in which a message is seen whole or not at all.

kombu makes a message's file first and fills it then. A worker that looks in between takes an empty file for a message
and ends; here the file is filled under another name and renamed. The same holds for the file that says which queues an
exchange has: whoever finds it empty looks again.
"""

import os
import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

TRIES, PAUSE_SECONDS = 50, 0.02

Result = TypeVar("Result")


class Channel(filesystem.Channel):
    """A channel whose files are whole."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        path = os.path.join(self.data_folder_out, name)  # noqa: PTH118 (kombu's folders are texts)
        try:
            with open(f"{path}.part", "wb") as file:  # noqa: PTH123
                file.write(str_to_bytes(dumps(payload)))
            os.replace(f"{path}.part", path)  # noqa: PTH105
        except OSError as problem:
            raise ChannelError(f"Cannot add file {path!r} to directory") from problem

    def get_table(self, exchange: str) -> Any:
        """Return the queues of an exchange."""
        return _once_whole(lambda: super(Channel, self).get_table(exchange))

    def _queue_bind(self, *binding: Any, **named: Any) -> None:
        _once_whole(lambda: super(Channel, self)._queue_bind(*binding, **named))


class Transport(filesystem.Transport):
    """kombu's transport with these channels."""

    Channel = Channel


def _once_whole(work: Callable[[], Result]) -> Result:
    """Do what reads a file that somebody may be writing for the first time; raises ValueError when it stays empty."""
    for _ in range(TRIES):
        try:
            return work()
        except ValueError:
            time.sleep(PAUSE_SECONDS)
    return work()


def register() -> None:
    """Let `filesystem://` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:{Transport.__name__}"
