"""What is exported runs no formula in a spreadsheet, and comes back by an upload as it went out."""

import csv
import io
import zipfile
from decimal import Decimal

import pytest
from django.db import models
from openpyxl import load_workbook

from catalogue import uploads
from catalogue.models import BulkUpload, Category, Product, UploadMode
from catalogue.sheets import COLUMNS
from common.models import AuditEntry
from conftest import NOW

pytestmark = pytest.mark.django_db

LIST = "/admin/catalogue/product/"
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =")
TEXTS = [
    field
    for field in Product._meta.concrete_fields
    if isinstance(field, models.CharField | models.TextField) and field.name not in {"slug", "status"}
]


@pytest.fixture
def dangerous(accessories):
    """A product for each start, all of whose texts begin with it."""
    for n, start in enumerate(STARTS):
        texts = {field.name: f"{start}{n}"[: field.max_length] for field in TEXTS}
        shelf = Category.objects.create(name=f"{start}{n}", slug=f"{start}{n}", created_at=NOW, updated_at=NOW)
        lists = {"tags": [f"{start}1"], "images": [f"{start}2"], "occasions": [f"{start}3"]}
        Product.objects.create(
            slug=f"{start}{n}", price=1, category=shelf, created_at=NOW, updated_at=NOW, **texts, **lists
        )


@pytest.fixture
def export(client, mary):
    """Export everything as Mary, who looks after the shop; returns the file."""
    client.force_login(mary)

    def download(action):
        ids = [str(key) for key in Product.objects.values_list("pk", flat=True)]
        answer = client.post(LIST, {"action": action, "_selected_action": ids})
        assert "attachment" in answer["Content-Disposition"]
        return answer.getvalue()

    return download


def is_formula(cell):
    return isinstance(cell, str) and cell.lstrip(" ").startswith(STARTS)


def test_no_start_of_a_formula_gets_into_a_cell_of_a_csv(dangerous, export):
    head, *rows = csv.reader(io.StringIO(export("export_csv").decode(), newline=""))

    assert (head, len(rows)) == (list(COLUMNS), len(STARTS))
    assert [cell for row in rows for cell in row if is_formula(cell)] == []
    assert sum(cell.startswith("'") for row in rows for cell in row) == len(STARTS) * (len(TEXTS) - 1 + 2 + 3)


def test_no_start_of_a_formula_gets_into_a_cell_of_a_workbook(dangerous, export):
    book = export("export_xlsx")

    sheet = load_workbook(io.BytesIO(book)).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert len(cells) == len(STARTS) * len(COLUMNS)
    assert [cell.value for cell in cells if cell.data_type == "f" or is_formula(cell.value)] == []
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"<f" not in archive.read("xl/worksheets/sheet1.xml").replace(b"<font", b"")


@pytest.mark.parametrize(("action", "name"), [("export_csv", "again.csv"), ("export_xlsx", "again.xlsx")])
def test_what_was_exported_comes_back_without_a_change(make_product, export, action, name):
    make_product(
        "=Silk, scarf",
        external_reference="A1",
        description='-10 %\r\n\'tis "fine"' if name.endswith("csv") else '-10 %\n\'tis "fine"',
        tags=["=1+1", "soft"],
        rating=Decimal("4.50"),
        stock=None,
        is_featured=True,
        image="https://images.example/scarf.webp",
        occasions=["birthday"],
    )
    make_product("Mug", external_reference="1234", image="products/mug.webp", price=Decimal("12.50"))

    upload = uploads.request_upload(
        name=name, file=io.BytesIO(export(action)), mode=UploadMode.UPSERT, now=NOW, actor_id=None
    )
    uploads.carry_out(upload_id=upload.pk, clock=lambda: NOW)

    upload = BulkUpload.objects.get()
    assert list(upload.errors.values_list("line", "column", "message")) == []
    assert (upload.n_made, upload.n_changed, upload.n_unchanged) == (0, 0, 2)


def test_that_products_went_out_is_written_down(make_product, export, mary):
    make_product("Mug")

    export("export_csv")

    entry = AuditEntry.objects.get(action="product.exported")
    assert (entry.actor_id, entry.details) == (mary.pk, {"products": 1, "kind": "CSV"})
