"""The readers of the API's document load nothing from elsewhere."""

import re

import pytest
from django.test import Client

# What a page loads as it is shown, and not what a reader may follow or a schema is named after.
OUTSIDE_ASSET = re.compile(
    rb"(?:src|href)[:=]\s*[\"']https?://[^\"']+\.(?:svg|png|jpe?g|gif|webp|ico|css|m?js|woff2?|ttf)\b"
    rb"|url\(\s*[\"']?https?://|@import\s+[\"']https?://|importScripts\([\"']https?://|https?://cdn\.|https?://fonts\."
)


def test_redoc_s_program_names_no_asset_from_elsewhere():
    script = Client().get("/redoc.js")

    assert (script.status_code, script["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert len(script.content) > 500_000
    assert OUTSIDE_ASSET.findall(script.content) == []


def test_a_browser_that_has_redoc_s_program_need_not_load_it_again():
    tag = Client().get("/redoc.js")["ETag"]

    again = Client().get("/redoc.js", headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_page_of_a_reader_names_no_other_host(path, db):
    assert re.findall(r"https?://[^\s\"']+", Client().get(path).content.decode()) == []
