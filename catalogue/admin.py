"""Staff screens of the catalogue; every change goes through services."""

import contextlib
import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeNumericFilter
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectMultipleWidget, UnfoldAdminTextInputWidget

from catalogue import exporting, pictures, services, workbooks
from catalogue.affiliate import admin as affiliate
from catalogue.media import media_url
from catalogue.models import (
    AffiliateClick,
    AffiliateConversion,
    AffiliateProgramme,
    BulkUpload,
    Category,
    CommissionRate,
    Occasion,
    Product,
    Search,
    Status,
)
from catalogue.search.asking import wanted_of
from catalogue.search.backends import products_found
from catalogue.upload_admin import BulkUploadAdmin
from common.errors import DomainError
from common.staff import ReadOnlyAdmin

admin.site.register(BulkUpload, BulkUploadAdmin)
admin.site.register(AffiliateProgramme, affiliate.ProgrammeAdmin)
admin.site.register(AffiliateClick, affiliate.ClickAdmin)
admin.site.register(AffiliateConversion, affiliate.ConversionAdmin)
admin.site.register(CommissionRate, affiliate.RateAdmin)


class ProductForm(forms.ModelForm):
    """A product as staff edit it: lists as words with commas and as choices."""

    tags = forms.CharField(required=False, help_text="Separated by commas.", widget=UnfoldAdminTextInputWidget)
    occasions = forms.MultipleChoiceField(
        choices=Occasion.choices, required=False, widget=UnfoldAdminSelectMultipleWidget
    )
    new_picture = forms.FileField(
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text="JPEG, PNG or WebP, at most 10 MB. The first becomes the product's picture, others stand beside it.",
    )
    slug = forms.SlugField(
        max_length=320, required=False, help_text="Made from the title when empty.", widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = Product
        fields = (
            "title",
            "slug",
            "description",
            "category",
            "brand",
            "price",
            "currency",
            "stock",
            "image",
            "affiliate_url",
            "asin",
            "external_reference",
            "rating",
            "review_count",
            "tags",
            "occasions",
            "is_featured",
            "status",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "tags" not in self.data:
            self.initial["tags"] = ", ".join(self.instance.tags)

    def clean_tags(self) -> list[str]:
        """Return the words."""
        return [word.strip() for word in self.cleaned_data["tags"].split(",") if word.strip()]

    def clean_external_reference(self) -> str | None:
        """Return the code; an empty one is none, so that several products may go without."""
        return self.cleaned_data["external_reference"] or None

    def clean_slug(self) -> str:
        """Return the slug given, or one made from the title."""
        slug: str = self.cleaned_data["slug"]
        return slug or services.free_slug(self.cleaned_data.get("title", "gift"))


@admin.register(Product)
class ProductAdmin(ModelAdmin):
    """What is for sale."""

    form = ProductForm
    list_display = ("picture", "title", "category", "brand", "price", "stock", "is_featured", "status", "popularity")
    list_display_links = ("picture", "title")
    list_filter = ("status", "is_featured", "in_stock", "category", ("price", RangeNumericFilter))
    list_filter_submit = True
    search_fields = ("title", "brand", "asin", "external_reference", "=id")
    list_select_related = ("category",)
    list_per_page = 50
    readonly_fields = ("large_picture", "popularity", "created_at", "updated_at")
    fields = ("large_picture", "new_picture", *ProductForm.Meta.fields, "popularity", "created_at", "updated_at")
    actions = ("feature", "unfeature", "show", "hide", "export_csv", "export_xlsx")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        """Return what is not deleted."""
        return super().get_queryset(request).kept()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        """Find what the shop's own search finds, hidden products too; and a product by its id."""
        with contextlib.suppress(ValueError):
            return queryset.filter(pk=uuid.UUID(search_term.strip())), False
        wanted = wanted_of(search_term)
        return (queryset.filter(pk__in=products_found(wanted)) if wanted else queryset), False

    @admin.display(description="")
    def picture(self, product: Product) -> SafeString | str:
        """Show the picture, small."""
        return _picture(product, 48)

    @admin.display(description="picture")
    def large_picture(self, product: Product) -> SafeString | str:
        """Show the picture, large."""
        return _picture(product, 280)

    def save_model(self, request: HttpRequest, obj: Product, form: forms.ModelForm, change: bool) -> None:
        """Make or change the product through the service."""
        now, actor_id = timezone.now(), request.user.pk
        picture = form.cleaned_data.pop("new_picture")
        if change:
            values = {field: form.cleaned_data[field] for field in form.changed_data if field != "new_picture"}
            if values:
                services.update_product(product=obj, values=values, now=now, actor_id=actor_id)
        else:
            made = services.create_product(values=form.cleaned_data, now=now, actor_id=actor_id)
            obj.pk = made.pk
        if picture:
            try:
                pictures.add_picture(product_id=obj.pk, file=picture, now=now, actor_id=actor_id)
            except DomainError as refused:
                self.message_user(request, f"The picture was not added: {refused.message}", messages.ERROR)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Name the products alone: they leave the shop and not the tables, so orders that hold them do not mind."""
        titles = [str(product) for product in objs]
        return titles, {"products": len(titles)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Product) -> None:
        """Take the product out of the shop; orders keep it."""
        services.delete_product(product=obj, now=timezone.now(), actor_id=request.user.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        """Take products out of the shop; orders keep them."""
        self._set_status(request, queryset, Status.DELETED)

    @admin.action(description="Put on the first page", permissions=["change"])
    def feature(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        """Feature products."""
        self._set_featured(request, queryset, True)

    @admin.action(description="Take off the first page", permissions=["change"])
    def unfeature(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        """Feature products no longer."""
        self._set_featured(request, queryset, False)

    @admin.action(description="Show", permissions=["change"])
    def show(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        """Put products on show."""
        self._tell(request, self._set_status(request, queryset, Status.ACTIVE))

    @admin.action(description="Hide", permissions=["change"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        """Hide products."""
        self._tell(request, self._set_status(request, queryset, Status.HIDDEN))

    @admin.action(description="Export as CSV", permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Product]) -> StreamingHttpResponse:
        """Download products as a CSV file."""
        lines = exporting.as_csv_lines(queryset, now=timezone.now(), actor_id=request.user.pk)
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=_attached("csv"))

    @admin.action(description="Export as XLSX", permissions=["view"])
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse:
        """Download products as an Excel workbook."""
        book = exporting.as_workbook(queryset, now=timezone.now(), actor_id=request.user.pk)
        return HttpResponse(book, content_type=workbooks.MEDIA_TYPE, headers=_attached("xlsx"))

    def _set_featured(self, request: HttpRequest, queryset: QuerySet[Product], featured: bool) -> None:
        ids = queryset.values_list("pk", flat=True)
        n_changed = services.set_featured(products=ids, featured=featured, now=timezone.now(), actor_id=request.user.pk)
        self._tell(request, n_changed)

    def _set_status(self, request: HttpRequest, queryset: QuerySet[Product], status: Status) -> int:
        ids = queryset.values_list("pk", flat=True)
        return services.set_status(products=ids, status=status, now=timezone.now(), actor_id=request.user.pk)

    def _tell(self, request: HttpRequest, n_changed: int) -> None:
        self.message_user(request, f"{n_changed} products changed.", messages.SUCCESS)


class CategoryForm(forms.ModelForm):
    """A category as staff edit it."""

    class Meta:
        model = Category
        fields = ("name", "slug", "parent", "description", "image", "position")

    def clean(self) -> dict[str, Any] | None:
        """Refuse a circle before it is saved."""
        cleaned = super().clean()
        ancestor = self.cleaned_data.get("parent")
        while ancestor is not None:
            if ancestor.pk == self.instance.pk:
                raise forms.ValidationError(services.CategoryCircle.detail)
            ancestor = ancestor.parent
        return cleaned


class NothingFound(admin.SimpleListFilter):
    """By whether a search found anything."""

    title = "what was found"
    parameter_name = "found"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer nothing, and something."""
        return [("nothing", "nothing"), ("something", "something")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Search]) -> QuerySet[Search]:
        """Return the searches of the chosen kind."""
        if self.value() == "nothing":
            return queryset.filter(n_found=0)
        return queryset.filter(n_found__gt=0) if self.value() == "something" else queryset


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    """The shelves."""

    form = CategoryForm
    list_display = ("picture", "name", "slug", "parent", "position", "n_products")
    list_display_links = ("picture", "name")
    search_fields = ("name", "slug")
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter),)
    prepopulated_fields = {"slug": ("name",)}
    list_select_related = ("parent",)

    @admin.display(description="")
    def picture(self, category: Category) -> SafeString | str:
        """Show the picture, small."""
        return _picture(category, 48)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        """Return the categories with their product counts."""
        counts = Product.objects.active().order_by().values("category").annotate(n=Count("id"))
        self._counts = {row["category"]: row["n"] for row in counts}
        return super().get_queryset(request)

    @admin.display(description="products on show")
    def n_products(self, category: Category) -> int:
        """Show how many products stand in it."""
        return self._counts.get(category.pk, 0)

    def save_model(self, request: HttpRequest, obj: Category, form: forms.ModelForm, change: bool) -> None:
        """Make or change the category through the service."""
        services.save_category(category=obj, now=timezone.now(), actor_id=request.user.pk)

    def delete_model(self, request: HttpRequest, obj: Category) -> None:
        """Take an empty category away."""
        services.delete_category(category=obj, now=timezone.now(), actor_id=request.user.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Category]) -> None:
        """Take empty categories away; the others stay, and staff are told."""
        for category in queryset:
            try:
                self.delete_model(request, category)
            except DomainError as refused:
                self.message_user(request, f"{category}: {refused.message}", messages.ERROR)


@admin.register(Search)
class SearchAdmin(ReadOnlyAdmin):
    """What was looked for: what finds nothing is what the shop lacks, or calls by another name."""

    list_display = ("query", "n_found", "is_loose", "searched_at")
    list_filter = (NothingFound, "is_loose")
    search_fields = ("query",)
    date_hierarchy = "searched_at"
    show_full_result_count = False


def _attached(ending: str) -> dict[str, str]:
    name = f"products-{timezone.now():%Y-%m-%d}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _picture(thing: Product | Category, size: int) -> SafeString | str:
    url = media_url(thing.image)
    if not url:
        return "–"
    style = f"border-radius: 6px; width: {size}px; height: {size}px; max-width: none; object-fit: cover"
    return format_html('<img src="{}" alt="" style="{}">', url, style)
