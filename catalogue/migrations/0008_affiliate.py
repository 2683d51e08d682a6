"""The affiliate ledger: programmes with their hosts and rates, clicks, and what networks report of them."""

import uuid

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Six tables."""

    dependencies = [
        ("catalogue", "0007_bulk_upload"),
    ]

    operations = [
        migrations.CreateModel(
            name="AffiliateProgramme",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120, unique=True)),
                (
                    "slug",
                    models.SlugField(help_text="What reports of conversions call it.", max_length=60, unique=True),
                ),
                (
                    "tag_parameter",
                    models.CharField(
                        blank=True, help_text="The parameter that carries the shop's tag, such as tag.", max_length=40
                    ),
                ),
                (
                    "sub_id_parameter",
                    models.CharField(
                        blank=True,
                        help_text="The parameter that carries the click's id, such as ascsubtag.",
                        max_length=40,
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=dict, help_text="The shop's tag in each country.")),
                ("is_active", models.BooleanField(default=True, help_text="Links lead to its hosts.")),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="AffiliateClick",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("country", models.CharField(max_length=2)),
                ("tag", models.CharField(blank=True, max_length=80)),
                ("recommendation_id", models.CharField(blank=True, max_length=200)),
                ("session", models.CharField(blank=True, max_length=100)),
                ("placement", models.CharField(blank=True, max_length=60)),
                ("policy", models.CharField(blank=True, max_length=60)),
                ("clicked_at", models.DateTimeField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.affiliateprogramme"
                    ),
                ),
            ],
            options={
                "ordering": ["-clicked_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="AffiliateHost",
            fields=[
                ("host", models.CharField(max_length=253, primary_key=True, serialize=False)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hosts",
                        to="catalogue.affiliateprogramme",
                    ),
                ),
            ],
            options={
                "ordering": ["host"],
            },
        ),
        migrations.CreateModel(
            name="AffiliateVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("visitor", models.CharField(max_length=32)),
                ("counted_at", models.DateTimeField()),
                (
                    "click",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalogue.affiliateclick",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalogue.product",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CommissionRate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "percent",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                ("since_on", models.DateField(help_text="By the day of the order, in UTC.", verbose_name="valid from")),
                (
                    "until_on",
                    models.DateField(
                        blank=True,
                        help_text="This day no more; empty: for good.",
                        null=True,
                        verbose_name="valid until",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty means any.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.category",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.affiliateprogramme"
                    ),
                ),
            ],
            options={
                "ordering": ["programme", "category", "-since_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="AffiliateConversion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("SALE", "sale"), ("REVERSAL", "reversal")], max_length=8)),
                (
                    "external_reference",
                    models.CharField(help_text="The network's own name for the line.", max_length=120),
                ),
                (
                    "sale_reference",
                    models.CharField(help_text="The line that a reversal takes back; a sale's own.", max_length=120),
                ),
                ("sub_id", models.CharField(blank=True, max_length=100)),
                ("ordered_at", models.DateTimeField(help_text="When the order was placed; of a reversal too.")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("commission", models.DecimalField(decimal_places=2, max_digits=12)),
                (
                    "is_reported",
                    models.BooleanField(help_text="The commission stood in the report; otherwise our rates made it."),
                ),
                ("currency", models.CharField(max_length=3)),
                ("recorded_at", models.DateTimeField()),
                (
                    "click",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.affiliateclick",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.affiliateprogramme",
                    ),
                ),
            ],
            options={
                "ordering": ["-ordered_at", "id"],
                "indexes": [models.Index(fields=["-ordered_at", "id"], name="catalogue_conversions_by_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "external_reference", "kind"), name="catalogue_conversion_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("commission__gte", 0)),
                        name="catalogue_conversion_not_negative",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="affiliateclick",
            index=models.Index(fields=["-clicked_at", "id"], name="catalogue_clicks_by_age"),
        ),
        migrations.AddIndex(
            model_name="affiliatevisit",
            index=models.Index(fields=["counted_at"], name="catalogue_visits_by_age"),
        ),
        migrations.AddConstraint(
            model_name="affiliatevisit",
            constraint=models.UniqueConstraint(fields=("visitor", "product"), name="catalogue_visit_once"),
        ),
        migrations.AddConstraint(
            model_name="commissionrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent__gte", 0), ("percent__lte", 100)), name="catalogue_rate_is_percentage"
            ),
        ),
        migrations.AddConstraint(
            model_name="commissionrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on", None), ("until_on__gt", models.F("since_on")), _connector="OR"),
                name="catalogue_rate_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="commissionrate",
            constraint=models.UniqueConstraint(
                fields=("programme", "category", "since_on"), name="catalogue_rate_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="commissionrate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("category", None)),
                fields=("programme", "since_on"),
                name="catalogue_general_rate_once",
            ),
        ),
    ]
