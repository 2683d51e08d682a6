"""Files of products that staff upload, and what is wrong with their lines."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Three tables."""

    dependencies = [
        ("catalogue", "0006_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkUpload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("file_name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[("CSV", "CSV"), ("XLSX", "Excel workbook"), ("JSONL", "JSON lines")], max_length=5
                    ),
                ),
                ("size_bytes", models.PositiveIntegerField()),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("CREATE", "make new products alone"),
                            ("UPSERT", "make new products and change those that are there"),
                        ],
                        default="UPSERT",
                        max_length=6,
                    ),
                ),
                (
                    "is_dry_run",
                    models.BooleanField(
                        default=False, help_text="Writes nothing and tells what would happen.", verbose_name="dry run"
                    ),
                ),
                (
                    "makes_categories",
                    models.BooleanField(
                        default=False,
                        help_text="Makes the categories that are not there yet.",
                        verbose_name="make categories",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("QUEUED", "waiting"),
                            ("RUNNING", "at work"),
                            ("SUCCEEDED", "done"),
                            ("FAILED", "failed"),
                        ],
                        default="QUEUED",
                        max_length=9,
                    ),
                ),
                (
                    "n_lines",
                    models.PositiveIntegerField(blank=True, help_text="Null until they are counted.", null=True),
                ),
                ("n_read", models.PositiveIntegerField(default=0)),
                ("n_made", models.PositiveIntegerField(default=0)),
                ("n_changed", models.PositiveIntegerField(default=0)),
                ("n_unchanged", models.PositiveIntegerField(default=0)),
                ("n_refused", models.PositiveIntegerField(default=0)),
                (
                    "last_line",
                    models.PositiveIntegerField(default=0, help_text="What stands up to here has been dealt with."),
                ),
                ("error", models.TextField(blank=True, help_text="Why the file as a whole could not be read.")),
                ("requested_by", models.UUIDField(blank=True, null=True)),
                ("requested_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("fence", models.PositiveIntegerField(default=0)),
                ("holder", models.CharField(blank=True, max_length=200)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-requested_at", "id"],
                "indexes": [models.Index(fields=["-requested_at", "id"], name="catalogue_upload_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "RUNNING")),
                        fields=("status",),
                        name="catalogue_one_upload_at_work",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkUploadError",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField(help_text="Counted from 1, the header included.")),
                ("column", models.CharField(blank=True, max_length=40)),
                ("message", models.CharField(max_length=500)),
                (
                    "upload",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="errors",
                        to="catalogue.bulkupload",
                    ),
                ),
            ],
            options={
                "ordering": ["upload", "line", "id"],
                "indexes": [models.Index(fields=["upload", "line", "id"], name="catalogue_error_in_turn")],
            },
        ),
        migrations.CreateModel(
            name="BulkUploadPiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "upload",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="catalogue.bulkupload",
                    ),
                ),
            ],
            options={
                "ordering": ["upload", "position"],
                "constraints": [models.UniqueConstraint(fields=("upload", "position"), name="catalogue_piece_once")],
            },
        ),
    ]
