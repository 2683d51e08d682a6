"""What the README says is true."""

import json
import re
import subprocess

import pytest

from aclue.launcher import BASE_DIR
from aclue.tests.stack import Stack

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


def test_every_link_of_the_readme_leads_somewhere():
    targets = re.findall(r"\]\(([^)#]+)\)", README)

    assert [target for target in targets if not target.startswith("http") and not (BASE_DIR / target).exists()] == []
