"""The errors that services raise: each carries the HTTP status and the code that clients read."""

from typing import ClassVar


class DomainError(Exception):
    """A rule said no. Subclasses stand beside the function that raises them and set the class attributes."""

    status_code: ClassVar[int] = 400
    error_code: ClassVar[str] = "ERROR"
    detail: ClassVar[str] = "The request could not be carried out."

    def __init__(
        self, detail: str | None = None, *, loc: tuple[str | int, ...] = (), retry_after: int | None = None
    ) -> None:
        """Take a sentence for people, the place of the fault in the request, and seconds to wait before a retry."""
        self.message = detail or self.detail
        self.loc = loc
        self.retry_after = retry_after
        super().__init__(self.message)


class NotFound(DomainError):
    """It is not there, or it is somebody else's; the two answer alike."""

    status_code = 404
    error_code = "NOT_FOUND"
    detail = "Not found."


class Forbidden(DomainError):
    """The caller is known and may not."""

    status_code = 403
    error_code = "FORBIDDEN"
    detail = "You are not allowed to do this."


class Conflict(DomainError):
    """It contradicts what is already there."""

    status_code = 409
    error_code = "CONFLICT"
    detail = "This contradicts the present state."


class Invalid(DomainError):
    """A value is wrong; `loc` says which."""

    status_code = 422
    error_code = "VALIDATION_ERROR"
    detail = "A value is not valid."


class TooMany(DomainError):
    """A limit is reached; `retry_after` says for how long."""

    status_code = 429
    error_code = "RATE_LIMITED"
    detail = "Too many requests. Please wait a moment."


class Unavailable(DomainError):
    """Something that is needed does not answer."""

    status_code = 503
    error_code = "UNAVAILABLE"
    detail = "The service is not available right now. Please try again."
