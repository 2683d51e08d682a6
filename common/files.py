"""Files that somebody sends."""

from typing import BinaryIO

from django.conf import settings

from common.errors import DomainError

MEGABYTE = 1024 * 1024


class FileTooLarge(DomainError):
    """The file is larger than MAX_FILE_SIZE."""

    status_code = 413
    error_code = "PAYLOAD_TOO_LARGE"
    detail = "The file is too large."


def read_within_bounds(file: BinaryIO) -> bytes:
    """Return what a file holds; raises FileTooLarge before more than MAX_FILE_SIZE of it is in memory."""
    content = file.read(settings.MAX_FILE_SIZE + 1)
    if len(content) > settings.MAX_FILE_SIZE:
        raise FileTooLarge(f"The file is larger than {settings.MAX_FILE_SIZE // MEGABYTE} MB.")
    return content
