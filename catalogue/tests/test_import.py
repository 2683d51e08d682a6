"""`import_products`: good lines land, bad ones are named, the same file twice changes nothing."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from catalogue.models import Category, Product

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
    assert "gifts.csv, line 4, external_reference: Takes 1 to 120 characters." in refused
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


@pytest.mark.parametrize(
    ("text", "name", "sentence"),
    [
        ("title,price\n", "gifts.csv", "gifts.csv, line 1: the column external_reference is missing."),
        (b"\xff\xfe\x00", "gifts.csv", "gifts.csv: is not UTF-8 text"),
        ("{broken", "gifts.jsonl", "gifts.jsonl, line 1: is no JSON"),
        ("[1]", "gifts.jsonl", "gifts.jsonl, line 1: is no JSON object."),
        ("", "gifts.xml", "gifts.xml: takes .csv, .jsonl or .ndjson files."),
    ],
)
def test_an_unreadable_file_gets_a_sentence_and_nothing_lands(load, accessories, text, name, sentence):
    _, refused = load(text, name)

    assert sentence in refused
    assert Product.objects.count() == 0


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_products", str(tmp_path / "none.csv"))
