"""Files as people really send them, and as those would who mean harm."""

import io
import zipfile
from datetime import datetime

import pytest

from catalogue import workbooks
from catalogue.sheets import COLUMNS, Sheet, UnreadableFile
from catalogue.tests.workbook import workbook
from common.spreadsheets import cell

NAMES = ["external_reference", "title", "price", "category"]
HEADER = ",".join(NAMES) + "\n"
ROW = ["A1", "Silk scarf", 20, "accessories"]
SHEET = "xl/worksheets/sheet1.xml"
MEGABYTE = 1024 * 1024


def sheet(content, name="gifts.csv"):
    content = content.encode() if isinstance(content, str) else content
    return Sheet(name, lambda: io.BytesIO(content))


def read(content, name="gifts.csv"):
    """Return each line's number and its values, or what is wrong with it."""
    n_lines = sheet(content, name).count()
    lines = [(line.number, line.error or line.values) for line in sheet(content, name).lines()]
    assert len(lines) == n_lines
    return lines


def packed(replaced=(b"", b""), **members):
    """Return a good workbook with something else in its sheet, or with other members."""
    good, out = workbook(NAMES, ROW), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        contents = {name: old.read(name) for name in old.namelist()}
        contents[SHEET] = contents[SHEET].replace(*replaced) if replaced[0] else contents[SHEET]
        for name, content in (contents | members).items():
            new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_of_any_country_is_read(delimiter):
    text = "\ufeff" + delimiter.join(["External_Reference ", *NAMES[1:]]) + "\r\n"

    lines = read(text + delimiter.join(["A1", "Scarf, silk" if delimiter != "," else '"Scarf, silk"', "20", "hats"]))

    assert lines == [(2, {"external_reference": "A1", "title": "Scarf, silk", "price": "20", "category": "hats"})]


def test_a_line_is_known_by_where_it_begins_and_empty_ones_are_passed_by():
    lines = read(HEADER + '\nA1,"Silk\nscarf",20,hats\n,,,\nA2,Cap,20,hats,too much\n')

    assert [number for number, _ in lines] == [3, 6]
    assert lines[1][1].message == "There are more cells than columns."


def test_what_an_export_guarded_against_formulas_comes_back_as_it_was():
    lines = read(HEADER + f"A1,{cell('=1+1')},20,hats\nA2,'tis,20,hats\n")

    assert [values["title"] for _, values in lines] == ["=1+1", "'tis"]


def test_numbers_of_a_workbook_are_read_as_people_see_them():
    (line,) = read(workbook(NAMES, [1234, 2026, 19.989999999999998, "hats"]), "gifts.xlsx")

    assert line == (2, {"external_reference": 1234, "title": 2026, "price": "19.99", "category": "hats"})


def test_a_workbooks_lines_are_its_rows_and_a_failed_formula_is_an_error():
    lines = read(workbook(NAMES, ROW, [], [None, ""], ["A2", "#N/A", 20, "hats"], [*ROW, "x"]), "gifts.xlsx")

    assert [number for number, _ in lines] == [2, 5, 6]
    assert (lines[1][1].column, lines[1][1].message) == ("title", "The cell holds the error #N/A.")
    assert lines[2][1].message == "There are more cells than columns."


def test_texts_that_excel_keeps_in_a_table_of_their_own_are_read():
    """As Excel writes them: rich ones in parts, with how they are spoken, and each once however often it is used."""
    table = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><t>A1</t></si><si><r><t>Silk </t></r><r><t>scärf</t></r>"
        '<rPh sb="0" eb="4"><t>spoken</t></rPh></si><si><t/></si></sst>'
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    cells = '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="D2" t="s"><v>2</v></c></row>'
    book = packed((b"</sheetData>", cells.replace('"2"', '"3"').encode() + b"</sheetData>"))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        types = archive.read("[Content_Types].xml").replace(b"</Types>", part.encode())
        content = archive.read(SHEET)
    whole = packed(**{SHEET: content, "[Content_Types].xml": types, "xl/sharedStrings.xml": table.encode()})

    lines = read(whole, "gifts.xlsx")

    assert lines[1] == (3, {"external_reference": "A1", "title": "Silk scärf"})


def test_a_date_for_a_title_stays_one_and_is_refused_later():
    ((_, values),) = read(workbook(NAMES, ["A1", datetime(2026, 5, 1), 20, "hats"]), "gifts.xlsx")

    assert values["title"] == datetime(2026, 5, 1)


def test_every_column_is_taken_and_others_are_passed_over():
    ((_, values),) = read(",".join([*COLUMNS, "colour"]) + "\n" + ",".join("x" * (len(COLUMNS) + 1)))

    assert set(values) == set(COLUMNS)


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        ("title\n", "gifts.csv", "gifts.csv, line 1: the column external_reference is missing."),
        ("", "gifts.csv", "gifts.csv, line 1: the column external_reference is missing."),
        ("title," + HEADER, "gifts.csv", "gifts.csv, line 1: the column title is there twice."),
        (HEADER.encode() + b"A1,caf\xe9,20,hats", "gifts.csv", "gifts.csv: is not UTF-8 text (byte 46)."),
        (b"x" * (256 * 1024 - 1) + "é".encode() + b"\xff", "gifts.jsonl", "(byte 262145)."),
        (b"{}\n\xc3", "gifts.jsonl", "gifts.jsonl: is not UTF-8 text (byte 3)."),
        (HEADER + '"' + "x" * 140_000, "gifts.csv", "gifts.csv, line 2: is no CSV (field larger than"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "gifts.xlsx", "gifts.xlsx: is no XLSX workbook."),
        (workbook(["title"]), "gifts.xlsx", "gifts.xlsx, line 1: the column external_reference is missing."),
        (workbook(), "gifts.xlsx", "gifts.xlsx, line 1: the column external_reference is missing."),
    ],
    ids=[
        "no reference",
        "empty",
        "a column twice",
        "latin 1",
        "bad byte far behind",
        "cut letter",
        "endless cell",
        "old workbook",
        "workbook without reference",
        "empty workbook",
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_gets_a_sentence(content, name, sentence):
    with pytest.raises(UnreadableFile) as refused:
        read(content, name)

    assert sentence in refused.value.message


HARM = {
    "texts": ({"xl/sharedStrings.xml": b" " * 3 * MEGABYTE}, "unpacks into more than a workbook of products may"),
    "sheet": ({"xl/worksheets/sheet1.xml": b" " * 9 * MEGABYTE}, "unpacks into more than a workbook of products may"),
    "styles": ({"xl/styles.xml": b" " * 5 * MEGABYTE}, "unpacks into more than a workbook of products may"),
    "members": ({f"xl/{n}.xml": b"" for n in range(1001)}, "unpacks into more than a workbook of products may"),
    "cells": ((b"</row>", b"<c/>" * 10_000 + b"</row>"), "has a row of more than 128 cells"),
    "beside": ((b"<sheetData>", b"<col/>" * 30_000 + b"<sheetData>"), "has too much beside its rows"),
    "far": ((b'<row r="2"', b'<row r="99999999999"'), "has a row 99999999999 after row 1"),
    "twice": ((b'<row r="2"', b'<row r="1"'), "has a row 1 after row 1"),
    "entities": ((b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "x">]><worksheet'), "declares a document type"),
    "cut": ((b"</worksheet>", b""), "is no XLSX workbook that can be read"),
    "strange": ({"xl/workbook.xml": b"<a/>"}, "has no sheet"),
}


@pytest.mark.parametrize("name", HARM)
def test_a_workbook_that_would_take_all_memory_or_time_is_refused(monkeypatch, name):
    change, sentence = HARM[name]
    monkeypatch.setattr(workbooks, "MOST_TEXTS", 2 * MEGABYTE)
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 8 * MEGABYTE)
    harm = packed(**change) if isinstance(change, dict) else packed(change)

    with pytest.raises(UnreadableFile, match=sentence):
        sheet(harm, "gifts.xlsx").count()

    assert len(harm) < MEGABYTE


def test_a_workbook_of_a_cell_far_out_takes_no_memory():
    far = packed((b'r="D2"', b'r="ZZZ2"'))

    ((_, values),) = read(far, "gifts.xlsx")

    assert "category" not in values
