"""The demo is drawn without Django, so that a simulator can borrow it."""

import subprocess
import sys


def test_drawing_a_shop_needs_no_django() -> None:
    code = "import sys, aclue.demo.pictures, aclue.demo.year; sys.exit('django' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0
