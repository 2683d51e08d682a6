"""Uploads of products on the wire."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from catalogue.models import FileKind, UploadMode, UploadStatus
from common.schema import paged, shown_as

KINDS = [(kind.value.lower(), kind.label) for kind in FileKind]
MODES = [(mode.value.lower(), mode.label) for mode in UploadMode]
STATUSES = [(status.value.lower(), status.label) for status in UploadStatus]
UPLOAD = {
    "id": "0d4f7a52-6c1e-4b7a-9f0e-3a5b8c2d1e60",
    "file_name": "spring.csv",
    "format": "csv",
    "size_bytes": 6120,
    "mode": "upsert",
    "dry_run": False,
    "make_categories": False,
    "status": "succeeded",
    "lines_total": 60,
    "lines_read": 60,
    "created": 50,
    "changed": 7,
    "unchanged": 2,
    "refused": 1,
    "error": "",
    "requested_at": "2026-11-20T09:30:00.000000Z",
    "started_at": "2026-11-20T09:30:01.000000Z",
    "finished_at": "2026-11-20T09:30:03.000000Z",
}
NOTHING_YET = {
    **dict.fromkeys(("lines_total", "started_at", "finished_at")),
    **dict.fromkeys(("lines_read", "created", "changed", "unchanged", "refused"), 0),
}
WRONG = {"line": 31, "column": "price", "message": "A valid number is required."}
PICTURE = {
    size: f"https://media.example/products/ab/ab3f0c1d-{pixels}.webp"
    for size, pixels in (("large", 1280), ("medium", 640), ("small", 320))
}
# A form with a file is shown by examples of its own: those of `shown_as` are JSON.
SENT = OpenApiExample(
    "Example",
    value={
        "file": "external_reference,title,price,category\nA1,Silk scarf,19.99,accessories\n",
        "format": "csv",
        "mode": "upsert",
        "dry_run": True,
    },
    media_type="multipart/form-data",
    request_only=True,
)
TAKEN = OpenApiExample(
    "Example", value=UPLOAD | {"status": "queued"} | NOTHING_YET, response_only=True, status_codes=["202"]
)


class Word(serializers.ChoiceField):
    """One of our words, in small letters on the wire."""

    def to_representation(self, value: Any) -> Any:
        """Return the word as the wire has it."""
        return str(value).lower()


class UploadWriteSerializer(serializers.Serializer[Any]):
    """A file of products and what to do with it."""

    file = serializers.FileField(max_length=200, help_text="CSV, XLSX or JSON lines, at most 10 MB and 100,000 lines.")
    format = Word(KINDS, required=False, help_text="Where the file's name does not end in it.")
    mode = Word(MODES, default="upsert", help_text="`create` refuses lines about products that are there already.")
    dry_run = serializers.BooleanField(default=False, help_text="Write nothing and tell what would happen.")
    make_categories = serializers.BooleanField(default=False, help_text="Make categories that are not there.")


@shown_as(WRONG)
class UploadErrorSerializer(serializers.Serializer[Any]):
    """What is wrong with a line."""

    line = serializers.IntegerField(help_text="Counted from 1, the header included.")
    column = serializers.CharField(help_text="Empty where it is the whole line.")
    message = serializers.CharField()


@shown_as(UPLOAD)
class UploadSerializer(serializers.Serializer[Any]):
    """How far an upload is, and what became of its lines; of a dry run, what would become of them."""

    id = serializers.UUIDField()
    file_name = serializers.CharField()
    format = Word(KINDS, source="kind")
    size_bytes = serializers.IntegerField()
    mode = Word(MODES)
    dry_run = serializers.BooleanField(source="is_dry_run")
    make_categories = serializers.BooleanField(source="makes_categories")
    status = Word(STATUSES)
    lines_total = serializers.IntegerField(source="n_lines", allow_null=True, help_text="Null until they are counted.")
    lines_read = serializers.IntegerField(source="n_read")
    created = serializers.IntegerField(source="n_made")
    changed = serializers.IntegerField(source="n_changed")
    unchanged = serializers.IntegerField(source="n_unchanged")
    refused = serializers.IntegerField(source="n_refused")
    error = serializers.CharField(help_text="Why the file as a whole could not be read.")
    requested_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


@shown_as(UPLOAD | {"errors": {"items": [WRONG], "total": 1, "page": 1, "per_page": 20, "pages": 1}})
class UploadReportSerializer(UploadSerializer):
    """An upload with a page of what is wrong with its lines, in their order."""

    errors = paged(UploadErrorSerializer)()  # type: ignore[assignment]  # DRF takes declared fields out of the class


PICTURE_SENT = OpenApiExample(
    "Example", value={"file": "(a JPEG, PNG or WebP)"}, media_type="multipart/form-data", request_only=True
)

PICTURE_TAKEN = OpenApiExample("Example", value=PICTURE, response_only=True, status_codes=["201"])


class PictureWriteSerializer(serializers.Serializer[Any]):
    """A picture to be added."""

    file = serializers.FileField(help_text="JPEG, PNG or WebP; at most 10 MB and 25 million pixels, one frame.")


class PictureSerializer(serializers.Serializer[Any]):
    """Where a picture is found, by its size; the longer side is at most 1280, 640 and 320 pixels long."""

    large = serializers.CharField()
    medium = serializers.CharField()
    small = serializers.CharField()
