"""`import_products`: good lines land, bad ones are named, the same file twice changes nothing."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from catalogue.models import Category, Product
from catalogue.tests.workbook import workbook

pytestmark = pytest.mark.django_db

HEADER = "external_reference,title,price,category,tags,stock\n"


@pytest.fixture
def load(tmp_path):
    """Write a file and import it; returns what the command printed and refused."""

    def run(text, name="gifts.csv", *options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("import_products", str(path), *options, stdout=out, stderr=err)
        except CommandError as refused:
            return out.getvalue(), f"{err.getvalue()}{refused}"
        return out.getvalue(), ""

    return run


def test_products_land_with_their_lists_and_a_slug(load, accessories):
    words, refused = load(HEADER + "A1,Silk scarf,19.99,accessories,silk|soft,3\n")

    scarf = Product.objects.get()
    assert (words, refused) == ("1 made, 0 changed, 0 unchanged, 0 refused.\n", "")
    assert (str(scarf.price), scarf.tags, scarf.stock, scarf.slug) == ("19.99", ["silk", "soft"], 3, "silk-scarf")


def test_the_same_file_twice_changes_nothing_and_a_new_price_changes_one(load, accessories):
    load(HEADER + "A1,Silk scarf,19.99,accessories,,\nA2,Wool scarf,25.00,accessories,,\n")

    again, _ = load(HEADER + "A1,Silk scarf,19.99,accessories,,\nA2,Wool scarf,25.00,accessories,,\n")
    cheaper, _ = load(HEADER + "A1,Silk scarf,17.99,accessories,,\nA2,Wool scarf,25.00,accessories,,\n")

    assert again == "0 made, 0 changed, 2 unchanged, 0 refused.\n"
    assert cheaper == "0 made, 1 changed, 1 unchanged, 0 refused.\n"


def test_bad_lines_are_named_by_line_and_column_and_the_good_ones_land(load, accessories):
    words, refused = load(
        HEADER
        + "A1,Silk scarf,19.99,accessories,,\n"
        + "A2,Wool scarf,a lot,accessories,,\n"
        + ",No reference,1,accessories,,\n"
        + "A4,Hat,5,no-such-shelf,,\n"
    )

    assert words == "1 made, 0 changed, 0 unchanged, 3 refused.\n"
    assert "gifts.csv, line 3, price: A valid number is required." in refused
    assert "gifts.csv, line 4, external_reference: This field is required." in refused
    assert "gifts.csv, line 5, category: There is no such category." in refused


def test_categories_are_made_when_asked_for(load):
    load(HEADER + "A1,Silk scarf,19.99,silk-things,,\n", "gifts.csv", "--make-categories")

    assert Category.objects.get().name == "Silk Things"


def test_json_lines_are_read_too(load, accessories):
    row = {
        "external_reference": "A1",
        "title": "Silk scarf",
        "price": 19.99,
        "category": "accessories",
        "tags": ["silk"],
    }

    words, _ = load(json.dumps(row) + "\n\n", "gifts.jsonl")

    assert words == "1 made, 0 changed, 0 unchanged, 0 refused.\n"
    assert Product.objects.get().tags == ["silk"]


def test_a_line_that_is_no_json_is_named_and_the_others_land(load, accessories):
    row = '{"external_reference": "A1", "title": "Silk scarf", "price": 19.99, "category": "accessories"}'

    words, refused = load(f"{{broken\n{row}\n[1]\n", "gifts.jsonl")

    assert words == "1 made, 0 changed, 0 unchanged, 2 refused.\n"
    assert "gifts.jsonl, line 1: The line is no JSON: " in refused
    assert "gifts.jsonl, line 3: The line is no JSON object." in refused


def test_workbooks_are_read_too(load, accessories):
    rows = [HEADER.strip().split(","), ["A1", "Silk scarf", 19.99, "accessories", "silk|soft", 3]]

    words, _ = load(workbook(*rows), "gifts.xlsx")

    scarf = Product.objects.get()
    assert words == "1 made, 0 changed, 0 unchanged, 0 refused.\n"
    assert (str(scarf.price), scarf.tags, scarf.stock) == ("19.99", ["silk", "soft"], 3)


def test_of_two_lines_with_one_reference_the_later_is_refused_however_often_the_file_comes(load, accessories):
    text = HEADER + "A1,Silk scarf,19.99,accessories,,\nA1,Wool scarf,25.00,accessories,,\n"

    first, refused = load(text)
    again, _ = load(text)

    assert first == "1 made, 0 changed, 0 unchanged, 1 refused.\n"
    assert again == "0 made, 0 changed, 1 unchanged, 1 refused.\n"
    assert "gifts.csv, line 3, external_reference: Line 2 names this already." in refused


def test_a_slug_that_another_product_has_is_an_error_of_its_line_alone(load, accessories, scarf):
    words, refused = load(
        "external_reference,title,price,category,slug\n"
        "A1,Wool scarf,25.00,accessories,silk-scarf\n"
        "A2,Cap,9.00,accessories,cap\n"
        "A3,Second cap,9.00,accessories,cap\n"
        "A4,Cap,9.00,accessories,\n"
    )

    assert words == "2 made, 0 changed, 0 unchanged, 2 refused.\n"
    assert "line 2, slug: Another product has this slug." in refused
    assert "line 4, slug: Line 3 names this already." in refused
    assert set(Product.objects.values_list("slug", flat=True)) == {"silk-scarf", "cap", "cap-2"}


def test_an_import_writes_only_what_differs(load, accessories, django_assert_max_num_queries):
    lines = [f"A{n},Scarf {n},20,accessories,silk,{n}" for n in range(100)]
    load(HEADER + "\n".join(lines))

    with django_assert_max_num_queries(12):
        words, _ = load(HEADER + "\n".join(line.replace(",20,", ",25,") for line in lines))

    assert words == "0 made, 100 changed, 0 unchanged, 0 refused.\n"


@pytest.mark.parametrize(
    ("text", "name", "sentence"),
    [
        ("title,price\n", "gifts.csv", "gifts.csv, line 1: the column external_reference is missing."),
        (b"\xff\xfe\x00", "gifts.csv", "gifts.csv: is not UTF-8 text"),
        (b"PK\x03\x04", "gifts.xlsx", "gifts.xlsx: is no XLSX workbook."),
        ("", "gifts.xml", "gifts.xml: takes .csv, .xlsx, .jsonl or .ndjson files."),
    ],
)
def test_an_unreadable_file_gets_a_sentence_and_nothing_lands(load, accessories, text, name, sentence):
    _, refused = load(text, name)

    assert sentence in refused
    assert Product.objects.count() == 0


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_products", str(tmp_path / "none.csv"))
