"""Categories and products."""

import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connections, models
from django.db.models.functions import Coalesce


class Occasion(models.TextChoices):
    """What a gift may be for; stored as the wire writes it, in lists."""

    BIRTHDAY = "birthday"
    CHRISTMAS = "christmas"
    WEDDING = "wedding"
    ANNIVERSARY = "anniversary"
    VALENTINES = "valentines"
    MOTHERS_DAY = "mothers-day"
    FATHERS_DAY = "fathers-day"
    GRADUATION = "graduation"
    HOUSEWARMING = "housewarming"
    BABY = "baby"
    THANK_YOU = "thank-you"
    EASTER = "easter"


class Category(models.Model):
    """A shelf of the shop; shelves may stand inside others."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    description = models.TextField(blank=True)
    image = models.CharField(max_length=500, blank=True, help_text="https address, or a path below the media folder.")
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "name", "id"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Status(models.TextChoices):
    """Whether a product is on show. A deleted one stays for the orders that name it."""

    ACTIVE = "ACTIVE", "on show"
    HIDDEN = "HIDDEN", "hidden"
    DELETED = "DELETED", "deleted"


ACTIVE = models.Q(status=Status.ACTIVE)


class ProductQuerySet(models.QuerySet["Product"]):
    """Products by what may be done with them."""

    def active(self) -> "ProductQuerySet":
        """On show."""
        return self.filter(ACTIVE)

    def kept(self) -> "ProductQuerySet":
        """On show or hidden: all that staff work with."""
        return self.exclude(status=Status.DELETED)

    def in_stock(self) -> "ProductQuerySet":
        """To be had now."""
        return self.filter(in_stock=True)

    def for_occasion(self, occasion: str) -> "ProductQuerySet":
        """Suited to an occasion."""
        if connections[self.db].vendor == "postgresql":
            return self.filter(occasions__contains=[occasion])
        # SQLite has no containment for JSON.
        return self.extra(  # type: ignore[return-value]
            where=["EXISTS (SELECT 1 FROM json_each(catalogue_product.occasions) WHERE value = %s)"], params=[occasion]
        )

    def priced(self, least: object = None, most: object = None) -> "ProductQuerySet":
        """Within a budget; an open end is None."""
        products = self if least is None else self.filter(price__gte=least)
        return products if most is None else products.filter(price__lte=most)


class Product(models.Model):
    """Something to give. Prices are in `currency`; `stock` is None for what a merchant elsewhere delivers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=300)
    slug = models.SlugField(max_length=320, unique=True)
    description = models.TextField(blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    currency = models.CharField(max_length=3, default="GBP")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    brand = models.CharField(max_length=120, blank=True)
    image = models.CharField(max_length=500, blank=True, help_text="https address, or a path below the media folder.")
    images = models.JSONField(default=list, blank=True)
    external_reference = models.CharField(
        max_length=120, null=True, blank=True, unique=True, help_text="The merchant's code."
    )
    asin = models.CharField(max_length=10, blank=True)
    rating = models.DecimalField(
        max_digits=3, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(5)]
    )
    review_count = models.PositiveIntegerField(default=0)
    affiliate_url = models.URLField(max_length=1000, blank=True)
    stock = models.PositiveIntegerField(null=True, blank=True)
    in_stock = models.GeneratedField(
        expression=models.Case(
            models.When(models.Q(stock=0), then=models.Value(False)),
            default=models.Value(True),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    is_featured = models.BooleanField(default=False)
    tags = models.JSONField(default=list, blank=True)
    occasions = models.JSONField(default=list, blank=True)
    popularity = models.FloatField(default=0, help_text="Counted from what people do; higher is better liked.")
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects: ClassVar = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["-popularity", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(price__gte=0), name="catalogue_price_not_negative"),
        ]
        # One index an order, so that a page costs its own rows and not the table (unknown ratings sort as 0).
        indexes = [
            models.Index(fields=["-popularity", "id"], condition=ACTIVE, name="catalogue_by_popularity"),
            models.Index(fields=["price", "id"], condition=ACTIVE, name="catalogue_by_price"),
            models.Index(fields=["-created_at", "id"], condition=ACTIVE, name="catalogue_by_age"),
            models.Index(fields=["title", "id"], condition=ACTIVE, name="catalogue_by_title"),
            # For processes that keep the shop in memory and ask each second what has changed, hidden ones too.
            models.Index(fields=["updated_at"], name="catalogue_by_change"),
            # As a float, because SQLite would wrap a decimal in casts that no statement of ours repeats.
            models.Index(
                Coalesce("rating", 0, output_field=models.FloatField()),
                "id",
                condition=ACTIVE,
                name="catalogue_by_rating",
            ),
            models.Index(fields=["category", "-popularity", "id"], condition=ACTIVE, name="catalogue_shelf_popularity"),
            models.Index(fields=["category", "price", "id"], condition=ACTIVE, name="catalogue_shelf_price"),
            models.Index(
                "category",
                Coalesce("rating", 0, output_field=models.FloatField()),
                "id",
                condition=ACTIVE,
                name="catalogue_shelf_rating",
            ),
            models.Index(fields=["in_stock", "-popularity", "id"], condition=ACTIVE, name="catalogue_by_availability"),
            models.Index(fields=["brand", "-popularity", "id"], condition=ACTIVE, name="catalogue_brand_popularity"),
            models.Index(
                fields=["-popularity", "id"], condition=ACTIVE & models.Q(is_featured=True), name="catalogue_featured"
            ),
            # What a search sorts its finds by, without a look at their rows.
            models.Index(fields=["id"], include=["popularity"], condition=ACTIVE, name="catalogue_found"),
            # All that filters ask for, so that PostgreSQL counts any mixture of them without a look at the table. The
            # bare rating is there because an index over an expression alone never answers by itself. SQLite has no
            # columns beside the key, and this index neither.
            models.Index(
                "category",
                Coalesce("rating", 0, output_field=models.FloatField()),
                "price",
                "in_stock",
                "brand",
                include=["rating", "occasions"],
                condition=ACTIVE,
                name="catalogue_filters",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SearchDocument(models.Model):
    """What a product is found by, in plain words (catalogue/search/words.py).

    PostgreSQL has three columns more, made of these: title_words, label_words and all_words, for its full-text search.
    SQLite has the table catalogue_searchwords beside it, which its triggers fill.
    """

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="search")
    title = models.TextField()
    labels = models.TextField(help_text="Brand, tags and codes.")
    text = models.TextField(help_text="The description.")
    n_title_words = models.PositiveIntegerField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word that products are described with, as counted some minutes ago."""

    word = models.CharField(max_length=40, primary_key=True)
    stem = models.CharField(max_length=40)
    n_products = models.PositiveIntegerField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.word


class Search(models.Model):
    """One search: what was looked for and how much there was. Nobody's name stands beside it."""

    query = models.CharField(max_length=200)
    n_found = models.PositiveIntegerField()
    is_loose = models.BooleanField(help_text="Nothing has all of the words; what has some of them was shown.")
    searched_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "searches"
        ordering = ["-searched_at", "-id"]
        indexes = [
            models.Index(fields=["-searched_at", "-id"], name="catalogue_searches_by_age"),
        ]

    def __str__(self) -> str:
        return self.query


class FileKind(models.TextChoices):
    """What kind of file products come in."""

    CSV = "CSV", "CSV"
    XLSX = "XLSX", "Excel workbook"
    JSONL = "JSONL", "JSON lines"


class UploadMode(models.TextChoices):
    """What to do with a line about a product that is there already."""

    CREATE = "CREATE", "make new products alone"
    UPSERT = "UPSERT", "make new products and change those that are there"


class UploadStatus(models.TextChoices):
    """How far an upload is."""

    QUEUED = "QUEUED", "waiting"
    RUNNING = "RUNNING", "at work"
    SUCCEEDED = "SUCCEEDED", "done"
    FAILED = "FAILED", "failed"


class BulkUploadQuerySet(models.QuerySet["BulkUpload"]):
    """Uploads by whether they have ended."""

    def open(self) -> "BulkUploadQuerySet":
        """Waiting or at work."""
        return self.filter(status__in=(UploadStatus.QUEUED, UploadStatus.RUNNING))


class BulkUpload(models.Model):
    """A file of products that staff have sent, and what became of its lines. Counts are of lines."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=5, choices=FileKind)
    size_bytes = models.PositiveIntegerField()
    mode = models.CharField(max_length=6, choices=UploadMode, default=UploadMode.UPSERT)
    is_dry_run = models.BooleanField("dry run", default=False, help_text="Writes nothing and tells what would happen.")
    makes_categories = models.BooleanField(
        "make categories", default=False, help_text="Makes the categories that are not there yet."
    )
    status = models.CharField(max_length=9, choices=UploadStatus, default=UploadStatus.QUEUED)
    n_lines = models.PositiveIntegerField(null=True, blank=True, help_text="Null until they are counted.")
    n_read = models.PositiveIntegerField(default=0)
    n_made = models.PositiveIntegerField(default=0)
    n_changed = models.PositiveIntegerField(default=0)
    n_unchanged = models.PositiveIntegerField(default=0)
    n_refused = models.PositiveIntegerField(default=0)
    last_line = models.PositiveIntegerField(default=0, help_text="What stands up to here has been dealt with.")
    error = models.TextField(blank=True, help_text="Why the file as a whole could not be read.")
    requested_by = models.UUIDField(null=True, blank=True)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # Who is at it: `fence` grows with each process that takes it on, so one that was given up writes no more.
    fence = models.PositiveIntegerField(default=0)
    holder = models.CharField(max_length=200, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = BulkUploadQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "id"]
        constraints = [
            # Two files about the same products would wait for each other, each with rows that the other needs.
            models.UniqueConstraint(
                fields=["status"], condition=models.Q(status=UploadStatus.RUNNING), name="catalogue_one_upload_at_work"
            ),
        ]
        indexes = [models.Index(fields=["-requested_at", "id"], name="catalogue_upload_newest")]

    def __str__(self) -> str:
        return f"{self.file_name} {self.requested_at:%Y-%m-%d %H:%M}"


class BulkUploadPiece(models.Model):
    """A stretch of an uploaded file, in the database because web and worker may be different machines."""

    upload = models.ForeignKey(BulkUpload, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["upload", "position"]
        constraints = [models.UniqueConstraint(fields=["upload", "position"], name="catalogue_piece_once")]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.position}"


class BulkUploadError(models.Model):
    """What is wrong with one line of an uploaded file; without a column it is the whole line."""

    upload = models.ForeignKey(BulkUpload, on_delete=models.CASCADE, related_name="errors", db_index=False)
    line = models.PositiveIntegerField(help_text="Counted from 1, the header included.")
    column = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=500)

    class Meta:
        ordering = ["upload", "line", "id"]
        indexes = [models.Index(fields=["upload", "line", "id"], name="catalogue_error_in_turn")]

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.message}"


class AffiliateProgramme(models.Model):
    """An agreement with merchants that pay for sales: which addresses it covers, and how its links are tagged."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=60, unique=True, help_text="What reports of conversions call it.")
    tag_parameter = models.CharField(
        max_length=40, blank=True, help_text="The parameter that carries the shop's tag, such as tag."
    )
    sub_id_parameter = models.CharField(
        max_length=40, blank=True, help_text="The parameter that carries the click's id, such as ascsubtag."
    )
    tags = models.JSONField(default=dict, blank=True, help_text="The shop's tag in each country.")
    is_active = models.BooleanField(default=True, help_text="Links lead to its hosts.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class AffiliateHost(models.Model):
    """A host that links may lead to over https; it belongs to one programme."""

    host = models.CharField(max_length=253, primary_key=True)
    programme = models.ForeignKey(AffiliateProgramme, on_delete=models.CASCADE, related_name="hosts")

    class Meta:
        ordering = ["host"]

    def __str__(self) -> str:
        return self.host


class AffiliateClick(models.Model):
    """Somebody went to a merchant; who it was is not kept. The id is the sub-id by which a network's report names it.

    What floors above have shown is kept as plain text.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(AffiliateProgramme, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=2)
    tag = models.CharField(max_length=80, blank=True)
    recommendation_id = models.CharField(max_length=200, blank=True)
    session = models.CharField(max_length=100, blank=True)
    placement = models.CharField(max_length=60, blank=True)
    policy = models.CharField(max_length=60, blank=True)
    clicked_at = models.DateTimeField()

    class Meta:
        ordering = ["-clicked_at", "id"]
        indexes = [models.Index(fields=["-clicked_at", "id"], name="catalogue_clicks_by_age")]

    def __str__(self) -> str:
        return self.id.hex


class AffiliateVisit(models.Model):
    """When a visitor was last counted at a product; the visitor is a keyed digest, and the row goes after a day."""

    visitor = models.CharField(max_length=32)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", db_index=False)
    click = models.ForeignKey(AffiliateClick, on_delete=models.CASCADE, related_name="+", db_index=False)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("visitor", "product"), name="catalogue_visit_once")]
        indexes = [models.Index(fields=["counted_at"], name="catalogue_visits_by_age")]

    def __str__(self) -> str:
        return f"{self.visitor} {self.product_id}"


class ConversionKind(models.TextChoices):
    """What a line of a report says."""

    SALE = "SALE", "sale"
    REVERSAL = "REVERSAL", "reversal"


class AffiliateConversion(models.Model):
    """A line of a network's report: a sale, or what was taken back of one. Lines are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(AffiliateProgramme, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=ConversionKind)
    external_reference = models.CharField(max_length=120, help_text="The network's own name for the line.")
    sale_reference = models.CharField(max_length=120, help_text="The line that a reversal takes back; a sale's own.")
    sub_id = models.CharField(max_length=100, blank=True)
    click = models.ForeignKey(AffiliateClick, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField(help_text="When the order was placed; of a reversal too.")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    commission = models.DecimalField(max_digits=12, decimal_places=2)
    is_reported = models.BooleanField(help_text="The commission stood in the report; otherwise our rates made it.")
    currency = models.CharField(max_length=3)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-ordered_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=("programme", "external_reference", "kind"), name="catalogue_conversion_once"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, commission__gte=0), name="catalogue_conversion_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["-ordered_at", "id"], name="catalogue_conversions_by_age")]

    def __str__(self) -> str:
        return f"{self.external_reference} ({self.get_kind_display()})"


class CommissionRate(models.Model):
    """What a programme pays of a sale, where its report does not say; valid from a day until before another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(AffiliateProgramme, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty means any."
    )
    percent = models.DecimalField(
        max_digits=5, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    since_on = models.DateField("valid from", help_text="By the day of the order, in UTC.")
    until_on = models.DateField("valid until", null=True, blank=True, help_text="This day no more; empty: for good.")

    class Meta:
        ordering = ["programme", "category", "-since_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(percent__gte=0, percent__lte=100), name="catalogue_rate_is_percentage"
            ),
            models.CheckConstraint(
                condition=models.Q(until_on=None) | models.Q(until_on__gt=models.F("since_on")),
                name="catalogue_rate_ends_after_start",
            ),
            # That no two overlap in any other way is the service's to see (catalogue/affiliate/programmes.py).
            models.UniqueConstraint(fields=("programme", "category", "since_on"), name="catalogue_rate_once"),
            models.UniqueConstraint(
                fields=("programme", "since_on"),
                condition=models.Q(category=None),
                name="catalogue_general_rate_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % since {self.since_on}"
