"""Where pictures are found."""

from django.conf import settings


def media_url(image: str) -> str | None:
    """Return the address of a stored picture: as it stands when it is one, else below MEDIA_URL; None without one."""
    if not image:
        return None
    return image if image.startswith(("https://", "http://")) else f"{settings.MEDIA_URL}{image}"
