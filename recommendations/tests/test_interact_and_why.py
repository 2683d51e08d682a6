"""What becomes of a recommendation, and what led to it; both from its id alone, which nobody else can use."""

import pytest

from catalogue import services as catalogue
from common.tests.openapi import as_documented, refused
from conftest import NOW
from recommendations.ids import LONGEST_POLICY, NoSuchRecommendation, RecommendationId, read_id
from recommendations.models import Interaction, InteractionType
from swipes.models import Impression

pytestmark = pytest.mark.django_db

PATH = "/api/v1/recommendations"


@pytest.fixture
def client(api, alice):
    return api(alice)


@pytest.fixture
def wool(client, gifts, learnt, swiping):
    """The recommendation of wool that Alice got, having loved silk."""
    swiping(gifts["silk"], "up")
    return client.get(PATH).json()["recommendations"][0]


def listed(client):
    return [one["product"]["title"] for one in client.get(PATH).json()["recommendations"]]


@pytest.mark.parametrize("kind", InteractionType.labels)
@pytest.mark.parametrize("slash", ["", "/"])
def test_what_one_does_with_a_recommendation_is_recorded(client, alice, wool, kind, slash):
    answer = client.post(f"{PATH}/{wool['id']}/interact{slash}", {"interaction_type": kind})

    body, kept = as_documented(answer), Interaction.objects.get()
    assert (answer.status_code, body["interaction_type"], body["recommendation_id"]) == (201, kind, wool["id"])
    assert (kept.user, str(kept.product_id), kept.interaction_type) == (alice, wool["product"]["id"], kind.upper())
    assert (kept.rank, kept.policy) == (1, "ease:1")
    assert Impression.objects.get(pk=kept.answer_id).products[0] == wool["product"]["id"]


@pytest.mark.parametrize("kind", ["like", "dislike", "purchase", "dismiss"])
def test_the_next_answer_knows_what_was_said_or_bought(client, wool, kind):
    client.post(f"{PATH}/{wool['id']}/interact", {"interaction_type": kind})

    # Last, among what is no news.
    assert listed(client)[0] == "Spade"
    assert "Wool" in listed(client)[-2:]


@pytest.mark.parametrize("kind", ["view", "click"])
def test_a_look_is_no_answer(client, wool, kind):
    client.post(f"{PATH}/{wool['id']}/interact", {"interaction_type": kind})

    assert listed(client)[0] == "Wool"


def test_what_was_dismissed_is_not_dealt_either(client, deck, wool):
    client.post(f"{PATH}/{wool['id']}/interact", {"interaction_type": "dismiss"})

    cards = client.get(f"/api/v1/swipes/sessions/{deck.pk}/deck").json()["items"]

    assert wool["product"]["id"] not in {card["id"] for card in cards}


@pytest.mark.parametrize("asked", [{}, {"interaction_type": "dance"}, {"interaction_type": None}])
def test_another_kind_of_interaction_answers_422(client, wool, asked):
    answer = client.post(f"{PATH}/{wool['id']}/interact", asked)

    assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["body", "interaction_type"]


def test_somebody_elses_recommendation_is_none(api, charlie, wool):
    interact = api(charlie).post(f"{PATH}/{wool['id']}/interact", {"interaction_type": "like"})
    why = api(charlie).get(f"{PATH}/{wool['id']}/why")

    for answer in (interact, why):
        refused(answer, 404, "NOT_FOUND")
    assert not Interaction.objects.exists()


def test_an_id_with_one_letter_changed_added_or_missing_is_none(alice, scarf):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for policy in ("popular", "ease:1", "ease:10"):  # 52, 51 and 52 bytes: with and without bits to spare
        told = RecommendationId(scarf.pk, 1, scarf.pk, policy)
        right = told.sign(alice.pk)
        wrong = [right[:place] + letter + right[place + 1 :] for place in range(len(right)) for letter in letters]
        wrong += [right[:length] for length in range(len(right))] + [f"{right}{letter}" for letter in letters]
        wrong += [right + "=", right + "==", f" {right}", right.replace("-", "+").replace("_", "/") + "+", "é" * 70]

        passed = [text for text in wrong if text != right and is_read(text, alice)]

        assert read_id(right, alice.pk) == told
        assert passed == []


def is_read(text, user):
    try:
        read_id(text, user.pk)
    except NoSuchRecommendation:
        return False
    return True


def test_the_longest_id_fits_into_200_letters(alice, scarf):
    written = RecommendationId(scarf.pk, 100, scarf.pk, "x" * 300).sign(alice.pk)

    assert len(written) <= 200
    assert read_id(written, alice.pk) == RecommendationId(scarf.pk, 100, scarf.pk, "x" * LONGEST_POLICY)


def test_a_product_that_has_left_the_shop_cannot_be_interacted_with_or_explained(client, wool, gifts):
    catalogue.delete_product(product=gifts["wool"], now=NOW, actor_id=None)

    refused(client.post(f"{PATH}/{wool['id']}/interact", {"interaction_type": "like"}), 404, "NOT_FOUND")
    refused(client.get(f"{PATH}/{wool['id']}/why"), 404, "NOT_FOUND")


def test_an_interaction_sent_twice_with_one_key_is_recorded_once(client, wool):
    path, asked = f"{PATH}/{wool['id']}/interact", {"interaction_type": "click"}

    first, again = (client.post(path, asked, headers={"Idempotency-Key": "one"}) for _ in range(2))

    assert first.json() == again.json()
    assert Interaction.objects.count() == 1


@pytest.mark.parametrize("direction", ["up", "left"])
def test_what_one_said_of_the_product_itself_is_no_reason_for_or_against_it(client, gifts, wool, swiping, direction):
    before = client.get(f"{PATH}/{wool['id']}/why").json()

    swiping(gifts["wool"], direction)
    after = client.get(f"{PATH}/{wool['id']}/why").json()

    assert "Wool" not in {one["title"] for one in [*after["because"], *after["against"]]}
    assert after["score"] != before["score"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_why_names_what_led_to_it_with_weights(client, gifts, wool, swiping, slash):
    swiping(gifts["mug"], "left")

    answer = client.get(f"{PATH}/{wool['id']}/why{slash}")

    body = as_documented(answer)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert (body["title"], body["strategy"], body["model_version"]) == ("Wool", "ease", "ease:1")
    assert [(one["title"], one["said"]) for one in body["because"]] == [("Silk", "loved")]
    assert body["because"][0]["weight"] > 0
    assert [(taste["name"], taste["kind"]) for taste in body["tastes"]] == [("Scarves", "category")]
    assert body["tastes"][0]["weight"] == pytest.approx(1.4286, abs=1e-3)  # 2.5 of 2 / (1.5 + 2)


def test_what_spoke_against_it_is_named_too(client, gifts, wool, swiping):
    swiping(gifts["gloves"], "left")
    mug = next(one for one in client.get(PATH).json()["recommendations"] if one["product"]["title"] == "Mug")
    swiping(gifts["spade"], "left")

    body = as_documented(client.get(f"{PATH}/{mug['id']}/why"))

    against = [(one["title"], one["said"], one["weight"] < 0) for one in body["against"]]
    assert against[0] == ("Spade", "answered", True)
    assert "Gloves" not in {title for title, _, _ in against}  # they stand on another shelf


def test_what_is_popular_needs_no_reason(client, gifts):
    popular = client.get(PATH).json()["recommendations"][0]

    body = as_documented(client.get(f"{PATH}/{popular['id']}/why"))

    assert (body["score"], body["because"], body["against"], body["tastes"]) == (None, [], [], [])
    assert (body["strategy"], body["model_version"]) == ("popular", None)
