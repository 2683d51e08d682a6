import dataclasses
import gzip
from collections import Counter
from decimal import Decimal

import pytest

from common.transactions import PRESETS, UnreadableTransactions, keep_products, kept, read_transactions

SHOP = PRESETS["online-retail"]
HEADING = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
SCARF = "1,85123A,RED SCARF,2,2011-03-01 10:00:00,4.95,17850,United Kingdom"


@pytest.fixture
def shop_file(tmp_path):
    def write(*lines, heading=HEADING):
        path = tmp_path / "lines.csv"
        path.write_text("\n".join([heading, *lines]) + "\n")
        return path

    return write


def test_a_line_is_read_under_our_names(shop_file):
    frame = read_transactions(shop_file(SCARF), SHOP)

    line = frame.iloc[0]
    assert (line["order"], line["product"], line["user"], line["title"]) == ("1", "85123A", "17850", "RED SCARF")
    assert (line["quantity"], line["price"], line["ordinal"], line["country"]) == (2, 4.95, 1, "United Kingdom")
    assert line["at"].isoformat() == "2011-03-01T10:00:00+00:00"


def test_the_ordinal_counts_every_line_of_an_order_even_one_that_is_dropped(shop_file):
    postage = "1,POST,POSTAGE,1,2011-03-01 10:00:00,18.00,17850,France"

    lines, _ = kept(read_transactions(shop_file(SCARF, postage, SCARF), SHOP), SHOP)

    assert lines["ordinal"].tolist() == [1, 3]


def test_each_dropped_line_counts_once_under_the_first_rule_it_breaks(shop_file):
    lines = [
        SCARF,
        "2,85123A,NOBODY'S,1,2011-03-01 10:00:00,4.95,,France",
        "C3,85123A,TAKEN BACK,-1,2011-03-01 10:00:00,4.95,17850,France",
        "4,85123A,LOST,0,2011-03-01 10:00:00,4.95,17850,France",
        "5,85123A,A PRESENT,1,2011-03-01 10:00:00,0,17850,France",
        "6,POST,POSTAGE,1,2011-03-01 10:00:00,18,17850,France",
        "6,,NO CODE,1,2011-03-01 10:00:00,18,17850,France",
        "C7,POST,NOBODY'S POSTAGE,-1,2011-03-01 10:00:00,0,,France",
    ]

    sales, dropped = kept(read_transactions(shop_file(*lines), SHOP), SHOP)

    assert sales["order"].tolist() == ["1"]
    assert dropped == Counter(
        {
            "no customer": 2,
            "cancellation": 1,
            "quantity not above zero": 1,
            "price not above zero": 1,
            "no product code": 1,
            "no product": 1,
        }
    )


def test_exact_duplicates_are_money_and_stay(shop_file):
    sales, dropped = kept(read_transactions(shop_file(SCARF, SCARF), SHOP), SHOP)

    assert len(sales) == 2
    assert not dropped


@pytest.mark.parametrize("code", ["POST", "m", "BANK CHARGES", "gift_0001_20", "DCGSSBOY", "TEST001", "ADJUST2", ""])
def test_charges_vouchers_and_tests_are_no_products(code, shop_file):
    frame = read_transactions(shop_file(SCARF.replace("85123A", code)), SHOP)

    assert not keep_products(frame["product"], SHOP).any()


@pytest.mark.parametrize("code", ["85123A", "15056bl", "B100", "SPOON", "NA", "10002"])
def test_codes_that_only_resemble_a_charge_are_products(code, shop_file):
    frame = read_transactions(shop_file(SCARF.replace("85123A", code)), SHOP)

    assert keep_products(frame["product"], SHOP).all()


def test_a_customer_number_that_went_through_a_spreadsheet_is_the_same_customer(shop_file):
    frame = read_transactions(shop_file(SCARF, SCARF.replace("17850", "17850.0")), SHOP)

    assert frame["user"].unique().tolist() == ["17850"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (SCARF.replace(",2,", ",two,"), "lines.csv, line 3, column 'Quantity': 'two' is not a number."),
        (SCARF.replace(",2,", ",,"), "lines.csv, line 3, column 'Quantity': '' is not a number."),
        (SCARF.replace(",2,", ",2.5,"), "lines.csv, line 3, column 'Quantity': '2.5' is not a whole number."),
        (SCARF.replace("4.95", "inf"), "lines.csv, line 3, column 'UnitPrice': 'inf' is not a number."),
        (SCARF.replace("4.95", "1e40"), "lines.csv, line 3, column 'UnitPrice': '1e40' is too large."),
        (SCARF.replace("03-01", "13-01"), "column 'InvoiceDate': '2011-13-01 10:00:00' is not a date and time."),
        (SCARF.replace("RED", "R\x00D"), "lines.csv, line 3, column 'Description': is not utf-8 text."),
        (SCARF + ",", "lines.csv, line 3: has 9 fields under 8 headings."),
        ("1,85123A", "lines.csv, line 3: has 2 fields under 8 headings."),
        (SCARF.replace("RED", '"RED'), "lines.csv, line 3: is no CSV (unexpected end of data)."),
    ],
)
def test_what_is_wrong_in_a_line_is_named_by_file_line_and_column(line, sentence, shop_file):
    path = shop_file(SCARF, line)

    with pytest.raises(UnreadableTransactions) as refusal:
        read_transactions(path, SHOP)

    assert sentence in str(refusal.value)


def test_a_title_over_two_lines_does_not_shift_the_line_that_is_named(shop_file):
    path = shop_file(SCARF.replace("RED SCARF", '"RED\nSCARF"'), SCARF.replace("4.95", "dear"))

    with pytest.raises(UnreadableTransactions, match="line 4, column 'UnitPrice': 'dear' is not a number"):
        read_transactions(path, SHOP)


def test_a_missing_column_is_named(shop_file):
    path = shop_file(SCARF, heading=HEADING.replace("UnitPrice", "Price"))

    with pytest.raises(
        UnreadableTransactions, match=r"lines\.csv, line 1: has no column 'UnitPrice'; it has 'InvoiceNo'"
    ):
        read_transactions(path, SHOP)


def test_of_two_columns_with_one_name_none_is_chosen(shop_file):
    path = shop_file(SCARF, heading=HEADING.replace("Country", "UnitPrice"))

    with pytest.raises(UnreadableTransactions, match="line 1: has the column 'UnitPrice' more than once"):
        read_transactions(path, SHOP)


LINES = f"{HEADING}\n{SCARF}\n".encode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "lines.csv, line 1: is empty."),
        (HEADING.encode(), "lines.csv, line 1: has headings and no line below them."),
        (LINES.replace(b"RED", b"R\xc9D"), "lines.csv, line 2, column 'Description': is not utf-8 text."),
        (LINES.decode().encode("utf-16"), "lines.csv, line 1: is not utf-8 text."),
        (gzip.compress(LINES)[:-9], "lines.csv, line 3: the compressed file is damaged, or ends too early."),
        (gzip.compress(LINES)[:-8] + b"8 wrong ", "the compressed file is damaged, or ends too early."),
    ],
    ids=["empty", "headings", "latin-1", "utf-16", "cut gzip", "damaged gzip"],
)
def test_a_file_that_is_no_such_table_gets_a_sentence(content, sentence, tmp_path):
    (tmp_path / "lines.csv").write_bytes(content)

    with pytest.raises(UnreadableTransactions) as refusal:
        read_transactions(tmp_path / "lines.csv", SHOP)

    assert sentence in str(refusal.value)


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path):
    with pytest.raises(UnreadableTransactions, match=r"none\.csv: cannot be read \(No such file or directory\)\."):
        read_transactions(tmp_path / "none.csv", SHOP)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_may_be_compressed_and_begin_with_excels_mark(pack, tmp_path):
    (tmp_path / "lines.csv").write_bytes(pack(b"\xef\xbb\xbf" + LINES))

    assert read_transactions(tmp_path / "lines.csv", SHOP)["title"].tolist() == ["RED SCARF"]


def test_another_encoding_is_read_when_it_is_named(tmp_path):
    (tmp_path / "lines.csv").write_bytes(LINES.replace(b"RED", b"R\xc9D"))

    frame = read_transactions(tmp_path / "lines.csv", dataclasses.replace(SHOP, encoding="latin-1"))

    assert frame["title"].tolist() == ["RÉD SCARF"]


def test_money_is_read_as_it_is_written(shop_file):
    frame = read_transactions(shop_file(SCARF, SCARF.replace("4.95", "0.1"), SCARF.replace("4.95", "0.001")), SHOP)

    assert frame["exact_price"].tolist() == [Decimal("4.95"), Decimal("0.1"), Decimal("0.001")]
