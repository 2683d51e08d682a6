"""A model whose files are not what was signed never serves; the one before does, and the process lives."""

import shutil
import time
from datetime import timedelta

import pytest
from django.db import OperationalError

from common.models import SystemEvent
from conftest import NOW
from recommendations import registry, services
from recommendations.models import ModelVersion, VersionStatus
from recommendations.registry import folder_of
from recommendations.tests.shops import add_purchases

pytestmark = pytest.mark.django_db


def flip_a_byte(folder):
    path = largest(folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(folder):
    content = largest(folder).read_bytes()
    largest(folder).write_bytes(content[:-100])


def swap_two_files(folder):
    one, other, aside = largest(folder), folder / "items.json", folder / "aside"
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def lose_a_file(folder):
    (folder / "golden.json").unlink()


def swap_with_another_version(folder):
    """Another version's array of the same shape, signed by us, in the place of this one's."""
    other = next(path for path in folder.parent.iterdir() if path != folder)
    shutil.copy(largest(other), largest(folder))


def forge_the_manifest(folder):
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"model": "ease"', '"model": "content"'))


def largest(folder):
    return max(folder.glob("*.npy"), key=lambda path: path.stat().st_size)


DAMAGES = [flip_a_byte, truncate, swap_two_files, lose_a_file, swap_with_another_version, forge_the_manifest]


@pytest.fixture
def taste(cups, alice):
    """Alice has bought two crimson cups."""
    from catalogue.models import Product

    crimson = Product.objects.filter(title__startswith="crimson").order_by("pk")[:2]
    add_purchases([(alice, product, NOW - timedelta(days=1)) for product in crimson])


@pytest.fixture
def two_versions(train, taste):
    """A former version and the one that serves, which is of another strength."""
    first = train("ease").versions.get()
    second = train("ease", regularization=50.0).versions.get()
    return first, second


def wait_for(what):
    until = time.monotonic() + 10
    while not what():
        assert time.monotonic() < until
        time.sleep(0.01)


def answer_to(api, alice):
    answer = api(alice).get("/api/v1/recommendations")
    assert answer.status_code == 200
    assert answer.json()["recommendations"]
    return answer.json()


@pytest.mark.parametrize("damage", DAMAGES)
def test_in_place_of_a_damaged_model_the_former_one_answers_and_staff_are_told(damage, two_versions, alice, api):
    former, active = two_versions
    damage(folder_of(active))

    answers = [answer_to(api, alice)["model_version"] for _ in range(2)]

    assert answers == [former.label()] * 2
    active.refresh_from_db()
    former.refresh_from_db()
    assert (active.status, former.status) == (VersionStatus.DAMAGED, VersionStatus.ACTIVE)
    event = SystemEvent.objects.get(name="model.damaged")
    assert event.message.startswith(f"{active.label()} is not served: ")


def test_nothing_of_a_damaged_model_is_parsed(two_versions, alice, api, monkeypatch):
    flip_a_byte(folder_of(two_versions[1]))
    restored = []
    from recommendations.ml.ease import Ease

    restore = Ease.restore
    monkeypatch.setattr(Ease, "restore", lambda parameters, state: restored.append(1) or restore(parameters, state))

    answer_to(api, alice)

    assert restored == [1]  # the former one's


def test_where_every_version_is_damaged_what_is_popular_is_shown(two_versions, alice, api):
    for version in two_versions:
        truncate(folder_of(version))

    answer = answer_to(api, alice)

    assert (answer["strategy"], answer["model_version"]) == ("popular", None)
    assert ModelVersion.objects.filter(status=VersionStatus.DAMAGED).count() == 2
    assert SystemEvent.objects.filter(name="model.damaged").count() == 2


def test_a_version_that_was_trained_on_another_machine_is_waited_for_and_not_called_damaged(two_versions, alice, api):
    former, active = two_versions
    away = folder_of(active).with_name("not yet here")
    folder_of(active).rename(away)
    before = answer_to(api, alice)["model_version"]

    away.rename(folder_of(active))

    wait_for(lambda: answer_to(api, alice)["model_version"] == active.label())
    active.refresh_from_db()
    assert (before, active.status) == (former.label(), VersionStatus.ACTIVE)
    assert SystemEvent.objects.count() == 0


def test_a_machine_that_cannot_read_the_files_serves_on_and_marks_nothing(two_versions, alice, api, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(registry.artefacts, "load", refuse)

    answer = answer_to(api, alice)

    assert (answer["strategy"], SystemEvent.objects.count()) == ("popular", 0)


def test_a_damaged_model_is_not_served_where_the_database_cannot_be_told(two_versions, alice, api, monkeypatch):
    truncate(folder_of(two_versions[1]))

    def refuse(**_):
        raise OperationalError("read-only")

    monkeypatch.setattr(registry, "mark_damaged", refuse)

    assert answer_to(api, alice)["strategy"] == "popular"


def test_what_could_not_be_loaded_is_not_tried_again_with_every_request(two_versions, alice, api, settled, monkeypatch):
    tries = []

    def refuse(*_, **__):
        tries.append(1)
        raise FileNotFoundError("not here")

    monkeypatch.setattr(registry.artefacts, "load", refuse)

    for _ in range(3):
        answer_to(api, alice)

    assert tries == [1, 1]  # the active version and the one before it, once each


@pytest.mark.django_db(transaction=True)
def test_a_process_that_serves_keeps_its_model_when_the_next_one_is_damaged(train, taste, alice, api):
    former = train("ease").versions.get()
    first = answer_to(api, alice)["model_version"]
    active = train("ease", regularization=50.0).versions.get()
    flip_a_byte(folder_of(active))

    def is_found_out():
        answers.append(answer_to(api, alice)["model_version"])
        return ModelVersion.objects.filter(pk=active.pk, status=VersionStatus.DAMAGED).exists()

    answers = []
    wait_for(is_found_out)
    answers.append(answer_to(api, alice)["model_version"])

    assert {first, *answers} == {former.label()}
    assert SystemEvent.objects.filter(name="model.damaged").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_process_that_serves_takes_up_a_new_model_and_goes_back_with_the_shop(train, taste, alice, api):
    former = train("ease").versions.get()
    answer_to(api, alice)

    active = train("ease", regularization=50.0).versions.get()
    wait_for(lambda: answer_to(api, alice)["model_version"] == active.label())
    services.roll_back_model(model_type="ease", now=NOW)
    wait_for(lambda: answer_to(api, alice)["model_version"] == former.label())


def test_a_machine_with_another_signing_key_marks_no_version_as_damaged(two_versions, alice, api, settings):
    settings.MODEL_SIGNING_KEY = "the key of another deployment"

    answer = answer_to(api, alice)

    assert answer["strategy"] == "popular"
    assert not ModelVersion.objects.filter(status=VersionStatus.DAMAGED).exists()
