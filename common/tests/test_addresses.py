"""Odd addresses and odd hosts get the API's answers."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api/v1/products", "/api/v1/products/", "/health"])
def test_a_host_that_is_not_ours_is_refused_in_the_error_shape(api, path):
    answer = api().get(path, headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert answer.json()["error_code"] == "BAD_REQUEST"


@pytest.mark.parametrize("path", ["/health/xyz", "/ready/x", "/metrics", "/admin-info/x", "/api/nothing"])
def test_nothing_below_a_system_path_is_html(api, path):
    answer = api().get(path)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")


def test_an_id_may_be_written_in_capitals(api, scarf):
    answer = api().get(f"/api/v1/products/{str(scarf.pk).upper()}")

    assert (answer.status_code, answer.json()["id"]) == (200, str(scarf.pk))


def test_a_number_is_no_id(api, alice, deck):
    body = {"session_id": str(deck.pk), "product_id": 5, "direction": "right"}

    answer = api(alice).post("/api/v1/swipes/interactions", body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["body", "product_id"]


def test_the_admin_is_found_without_its_slash(client):
    assert client.get("/admin")["Location"] == "/admin/"
