"""The benchmark counts right, asks the same every time, and compares two servers that answer alike."""

import json

import pytest

from bench import addresses, report
from bench.ratios import ratio_of
from bench.report import Outcome, Round
from bench.sameness import NotTheSame, check_same, check_same_refusals


def _rounds(*rates):
    return [Round(rate, server_ms=0.5, database_ms=0.1, p50_ms=1.0, p99_ms=2.0) for rate in rates]


def test_a_ratio_is_the_median_of_the_rounds_and_not_of_the_means():
    ratio = ratio_of([100.0, 300.0, 50.0], [100.0, 100.0, 100.0])

    assert ratio.median == 1.0
    assert (ratio.low, ratio.high) == (0.5, 3.0)


def test_rounds_that_agree_leave_no_doubt():
    ratio = ratio_of([120.0] * 7, [100.0] * 7)

    assert (ratio.low, ratio.median, ratio.high) == (1.2, 1.2, 1.2)


@pytest.mark.parametrize(("ours", "peers"), [([], []), ([1.0], [1.0, 2.0])])
def test_a_ratio_of_unequal_or_no_rounds_is_refused(ours, peers):
    with pytest.raises(ValueError, match="rounds"):
        ratio_of(ours, peers)


def test_the_questions_are_the_same_every_time_and_many():
    first, again = addresses.cases(), addresses.cases()

    assert first == again
    assert [case.name for case in first][:2] == ["product list", "product detail"]
    assert len(set(addresses.new_list_paths(5000))) == 5000
    assert not any("price_min" in path for path in addresses.new_list_paths(30_000)), "it would cross price_max"
    assert all(path.startswith("/api/v1/products") for case in first for path in case.paths)


def test_results_have_the_agreed_keys(tmp_path):
    outcome = Outcome("product list", _rounds(110, 90, 100), _rounds(100, 100, 100))

    report.write([outcome], {"workers": 2}, tmp_path)

    rows = json.loads((tmp_path / "results.json").read_text())
    assert rows[0] == {"name": "product list", "ours": 100, "peer": 100, "ratio": 1.0, "unit": "requests/s"}
    assert all(sorted(row) == ["name", "ours", "peer", "ratio", "unit"] for row in rows)
    assert json.loads((tmp_path / "details.json").read_text())["cases"]["product list"]["ratio"]["median"] == 1.0


@pytest.mark.postgres
@pytest.mark.processes
def test_ours_and_the_peer_answer_the_same_bytes_from_a_small_shop(tmp_path):
    from bench.run import both, production, sign_in
    from bench.shop import drop_shop, ready_shop

    name = "aclue_bench_test"
    environment = production(tmp_path)
    try:
        environment["DATABASE_URL"] = ready_shop(environment, products=300, name=name)
        tokens = sign_in(environment, 1)
        with both(environment, tmp_path, workers=1) as (ours, peer):
            paths = (*addresses.odd_paths()[:12], *addresses.list_paths(20), *addresses.detail_paths(20, 300))

            assert check_same(ours.port, peer.port, paths, token=tokens[0]) == 2 * len(paths)
            assert check_same_refusals(ours.port, peer.port, addresses.wrong_paths()) > 10
            with pytest.raises(NotTheSame):
                check_same(ours.port, peer.port, [f"/api/v1/products/{addresses.product_id(0)}"])
    finally:
        drop_shop(name)
