"""Excel workbooks for tests."""

import io

from openpyxl import Workbook


def workbook(*rows):
    """Return a workbook of one sheet with these rows, as bytes."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()
