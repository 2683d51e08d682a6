"""A flood of sign-ins (`make faults`): whoever looks at the shop meanwhile must hardly notice."""

import json
import statistics
import subprocess
import sys
import time

import pytest

from aclue.launcher import BASE_DIR
from aclue.tests.stack import Stack

N_FLOODERS, N_READERS = 16, 2
ROUNDS, SECONDS, SETTLE = 8, 3.0, 1.5
KEPT = 0.5
OPEN = "1000000/second"
READ = """
import http.client, sys, time
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
until, n = time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < until:
    connection.request("GET", "/api/v1/products?per_page=20")
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
    n += 1
print(n)
"""

pytestmark = pytest.mark.processes


@pytest.fixture
def stack(tmp_path):
    """The web processes of `make run`, with products, believing what a flooder says of its network."""
    stack = Stack(tmp_path)
    stack.environment |= {"TRUSTED_PROXIES": "1", "RATE_LIMIT_READ": OPEN, "RATE_LIMIT_NETWORK": OPEN}
    products = tmp_path / "products.csv"
    lines = [f"r{number},Gift number {number},12.50,Gifts" for number in range(200)]
    products.write_text("\n".join(["external_reference,title,price,category", *lines]))
    stack.manage("import_products", str(products), "--make-categories")
    stack.start("web")
    yield stack
    stack.stop()


def reads(port):
    """Return how many reads a second two clients get answered."""
    command = [sys.executable, "-c", READ, str(port), str(SECONDS)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(N_READERS)]
    return sum(int(reader.communicate()[0]) for reader in readers) / SECONDS


def flood(port, way):
    seconds = str(SECONDS + SETTLE + 1)
    command = [sys.executable, "-m", "bench.faults.flood", str(port), way, str(N_FLOODERS), seconds]
    return subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("way", ["/api/v1/auth/login", "/admin/login/", "/sign-in"])
def test_reads_keep_half_of_their_rate_while_sixteen_clients_try_to_sign_in(stack, way):
    reads(stack.port)
    ratios, statuses = [], []
    for _ in range(ROUNDS):
        calm = reads(stack.port)
        flooding = flood(stack.port, way)
        time.sleep(SETTLE)
        ratios.append(reads(stack.port) / calm)
        statuses.append(json.loads(flooding.communicate()[0]))

    kept = statistics.median(ratios)
    print(f"{way}: {kept:.2f} of the reads are left, of {[round(ratio, 2) for ratio in ratios]}; answers {statuses}")
    assert kept >= KEPT
    for answers in statuses:
        assert set(answers) <= {"200", "401", "429"}
        assert answers["429"] > 100
