"""What the README says is true."""

import json
import re
import subprocess

import pytest
from django.core.management import call_command

from accounts.models import User
from aclue.launcher import BASE_DIR
from aclue.tests.stack import Stack
from recommendations import leases

README = (BASE_DIR / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def shop(tmp_path):
    stack = Stack(tmp_path)
    stack.manage("demo", "--products", "60", "--people", "60")
    stack.manage("train")
    stack.start("web")
    yield stack
    stack.stop()


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_the_first_call_works_word_for_word(shop):
    lines = re.search(r"## The first call.*?```sh\n(.*?)```", README, re.DOTALL).group(1)
    lines = lines.replace("http://127.0.0.1:8000", shop.url)

    done = subprocess.run(["bash", "-euo", "pipefail", "-c", lines], capture_output=True, text=True, timeout=240)

    assert done.returncode == 0, done.stderr
    title, answers = done.stdout.split("\n", 1)
    swipe, end = json.JSONDecoder().raw_decode(answers)
    reason, why = answers[end:].lstrip().split("\n", 1)
    assert swipe["direction"] == "right"
    assert reason == f"Because you liked {title}."
    assert [because["title"] for because in json.loads(why)["because"]] == [title]


@pytest.mark.django_db
def test_ones_own_shop_is_brought_in_as_it_says(settings, tmp_path, monkeypatch, api):
    text = re.search(r"## Your own shop\n(.*?)\n## ", README, re.DOTALL)[1]
    headings = re.search(r"under `([\w,]+)`", text)[1]
    commands = [line.split("#")[0].split("manage.py ")[1].split() for line in text.splitlines() if "manage.py" in line]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(leases, "RENEW_SECONDS", 3600.0)  # its thread cannot see what this test has not committed
    settings.MODEL_DIR, settings.VAR_DIR, settings.MEDIA_ROOT = (tmp_path / name for name in ("models", "var", "media"))
    settings.VAR_DIR.mkdir()
    settings.DEBUG = True
    call_command("demo", "--products", "20", "--people", "20", verbosity=0)
    sales = [
        {
            "order": f"{n}{half}",
            "user": f"c{n}",
            "product": f"p{(thing := n % 2 * 6 + (n // 2 + step) % 6)}",
            "title": f"Thing {thing}",
            "quantity": 1,
            "at": f"2026-10-{1 + n % 28:02} 10:00",
            "price": f"{5 + n % 7}.00",
        }
        for n in range(60)
        for half, step in (("a", 0), ("b", 1), ("c", 3))
    ]
    lines = [",".join(str(sale[name]) for name in headings.split(",")) for sale in sales]
    (tmp_path / "sales.csv").write_text("\n".join([headings, *lines]))

    for command, *options in commands:
        call_command(command, *options)

    assert [command for command, *_ in commands] == ["demo", "import_transactions", "train"]
    assert not User.objects.filter(email__contains="demo.aclue").exists()
    customer = User.objects.get(email="customer-c7@imported.invalid")
    answer = api(customer).get("/api/v1/recommendations").json()
    assert answer["strategy"] in {"trend", "ease", "als"}
    assert any(one["reason"].startswith("Because you bought Thing ") for one in answer["recommendations"])


def test_every_link_of_the_readme_leads_somewhere():
    targets = re.findall(r"\]\(([^)#]+)\)", README)

    assert [target for target in targets if not target.startswith("http") and not (BASE_DIR / target).exists()] == []
