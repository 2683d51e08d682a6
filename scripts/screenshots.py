"""`make screenshots`: take the README's picture of a running aclue (`make run` in another terminal)."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


def main() -> int:
    """Save docs/images/deck.png; returns 1 without Chromium."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("Chromium is not installed; name it with CHROMIUM=/path/to/chromium.", file=sys.stderr)
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(sys.argv[1], wait_until="networkidle")
        page.screenshot(path=FOLDER / "deck.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
