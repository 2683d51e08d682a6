"""Where pictures are found."""

from django.conf import settings

from common.pictures import SIZES

# Below this the pictures lie that were sent here: each in three sizes, under the name of what it shows.
STORED = "products/"
LARGE = f"-{SIZES['large']}.webp"


def media_url(image: str) -> str | None:
    """Return the address of a stored picture: as it stands when it is one, else below MEDIA_URL; None without one."""
    if not image:
        return None
    return image if image.startswith(("https://", "http://")) else f"{settings.MEDIA_URL}{image}"


def picture_set(url: str | None) -> str:
    """Return a picture's sizes as `srcset` takes them; empty for one that was not sent here."""
    if not url or not url.startswith(f"{settings.MEDIA_URL}{STORED}") or not url.endswith(LARGE):
        return ""
    stem = url.removesuffix(LARGE)
    return ", ".join(f"{stem}-{pixels}.webp {pixels}w" for pixels in SIZES.values())
