"""A file or an option that will not do gets one sentence, and nothing is imported by halves."""

import gzip
import io

import pytest
from django.core.management.base import OutputWrapper

from accounts.models import User
from catalogue.models import Product
from orders.management.commands.import_transactions import Bar
from orders.models import Order

pytestmark = pytest.mark.django_db

SCARF = "536365,85123A,RED SCARF,6,2011-03-01 10:00:00,2.55,17850"
HEADINGS = "order,product,title,quantity,at,price,user"
FILE = f"{HEADINGS}\n{SCARF}\n".encode()


@pytest.fixture
def nothing_landed():
    """Assert afterwards that the shop is as empty as it was."""
    yield
    assert [table.objects.count() for table in (Order, Product, User)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (SCARF.replace(",6,", ",six,"), "sales.csv, line 3, column 'quantity': 'six' is not a number."),
        (SCARF.replace("2.55", "2.55 pounds"), "sales.csv, line 3, column 'price': '2.55 pounds' is not a number."),
        (SCARF.replace("03-01", "02-30"), "line 3, column 'at': '2011-02-30 10:00:00' is not a date and time."),
        (SCARF.replace("2011-03-01", "01/03/2011"), "'01/03/2011 10:00:00' does not tell which is the day"),
        (SCARF.replace("2.55", "2.55555"), "line 3, column 'price': 2.55555 has more than 4 decimals"),
        (SCARF.replace("2.55", "100000000"), "column 'price': 100000000 is more than 99999999.99."),
        (SCARF.replace(",6,", ",2147483648,"), "column 'quantity': 2147483648 is more than 2147483647."),
        (SCARF.replace("536365", ""), "sales.csv, line 3, column 'order': takes 1 to 120 characters."),
        (SCARF.replace("85123A", "A" * 121), "sales.csv, line 3, column 'product': takes 1 to 120 characters."),
        (
            SCARF.replace("17850", "13047"),
            "line 3, column 'user': a line above gives the order '536365' another buyer.",
        ),
    ],
)
def test_a_line_that_is_wrong_is_named_and_the_good_one_above_it_does_not_land(
    export, load, nothing_landed, line, sentence
):
    words = load(export(SCARF, line))

    assert sentence in words
    assert words.endswith(" Nothing was imported.")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "sales.csv.gz, line 1: is empty."),
        (FILE.replace(b"price", b"cost"), "sales.csv.gz, line 1: has no column 'price'; it has 'order', 'product',"),
        (FILE.replace(b"RED", b"R\xc9D"), "sales.csv.gz, line 2, column 'title': is not utf-8 text."),
        (gzip.compress(FILE)[:-9], "the compressed file is damaged, or ends too early."),
    ],
    ids=["empty", "column", "encoding", "cut"],
)
def test_a_file_that_is_no_export_is_refused(tmp_path, load, nothing_landed, content, sentence):
    path = tmp_path / "sales.csv.gz"
    path.write_bytes(content)

    words = load(path)

    assert sentence in words
    assert words.endswith(" Nothing was imported.")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--preset", "corner-shop"], "There is no preset 'corner-shop'; there are online-retail, online-retail-ii."),
        (["--preset", "online-retail"], "sales.csv, line 1: has no column 'InvoiceNo', 'StockCode', 'Quantity',"),
        (["--columns", "price=cost"], "sales.csv, line 1: has no column 'cost'; it has 'order', 'product', 'title',"),
        (["--columns", "title=name"], "sales.csv, line 1: has no column 'name';"),
        (["--columns", "colour=red"], "--columns takes user=…, product=…, at=…, quantity=…, price=…, order=…, title=…"),
        (["--columns", "price"], ", not 'price'."),
        (["--currency", "pounds"], "--currency takes three capitals such as GBP, not 'pounds'."),
        (["--encoding", "klingon"], "sales.csv: there is no encoding 'klingon'."),
    ],
)
def test_an_option_that_will_not_do_is_named(export, load, nothing_landed, options, sentence):
    assert sentence in load(export(SCARF), *options)


def test_a_file_of_which_nothing_is_a_sale_says_so_and_writes_nothing(export, load, nothing_landed):
    words = load(export(SCARF.replace(",6,", ",-6,")))

    assert "1 lines read, 0 of them sales worth 0 GBP:" in words
    assert "          1  quantity not above zero" in words


def test_whoever_interrupts_it_is_told_to_run_it_again(export, load, monkeypatch, nothing_landed):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("orders.management.commands.import_transactions.import_transactions", interrupted)

    assert load(export(SCARF)) == "Interrupted. What has landed stays; run it again to go on."


def test_in_a_terminal_a_bar_moves_on_one_line():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    bar = Bar(OutputWrapper(terminal))

    for done in (0, 50, 50, 100):
        bar.show("lines", done, 100)
    bar.end()

    drawn = [line.rstrip() for line in terminal.getvalue().split("\r")]
    assert drawn == [
        "",
        f"[{'.' * 30}] 0 of 100 lines",
        f"[{'#' * 15}{'.' * 15}] 50 of 100 lines",
        f"[{'#' * 30}] 100 of 100 lines",
    ]
    assert terminal.getvalue().endswith("\n")
