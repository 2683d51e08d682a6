"""Which version serves: one of a type, chosen by the gate or a person, with a way back."""

from datetime import timedelta

import pytest

from common.models import AuditEntry, SystemEvent
from common.tests.parallel import in_parallel
from conftest import NOW
from recommendations import services
from recommendations.models import ModelVersion, VersionStatus
from recommendations.services.versions import NothingToRollBackTo, NotServable, mark_damaged

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_version(model_dir):
    """Put down a version of EASE with a folder of one file; its number is its day."""

    def make(number, status=VersionStatus.RETIRED, *, has_served=True, model_type="ease"):
        folder = model_dir / f"{model_type}-{number}"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}")
        return ModelVersion.objects.create(
            model_type=model_type,
            number=number,
            status=status,
            data_until=NOW,
            data_fingerprint="0",
            folder=folder.name,
            created_at=NOW,
            activated_at=NOW + timedelta(days=number) if has_served else None,
        )

    return make


def statuses():
    return dict(ModelVersion.objects.order_by("number").values_list("number", "status"))


def test_a_version_that_is_activated_takes_the_place_of_the_one_that_served(make_version, admin):
    make_version(1, VersionStatus.ACTIVE)
    second = make_version(2, VersionStatus.READY, has_served=False)
    als = make_version(1, VersionStatus.ACTIVE, model_type="als")

    services.activate_model(version=second, now=NOW, actor_id=admin.pk)

    assert dict(ModelVersion.objects.filter(model_type="ease").values_list("number", "status")) == {
        1: VersionStatus.RETIRED,
        2: VersionStatus.ACTIVE,
    }
    als.refresh_from_db()
    assert als.status == VersionStatus.ACTIVE
    noted = AuditEntry.objects.get(action="model.activated")
    assert (noted.actor_id, noted.target) == (admin.pk, "model ease:2")


@pytest.mark.parametrize("status", [VersionStatus.DAMAGED, VersionStatus.PRUNED])
def test_a_version_without_sound_files_cannot_serve(make_version, status):
    make_version(1, VersionStatus.ACTIVE)
    broken = make_version(2, status)

    with pytest.raises(NotServable):
        services.activate_model(version=broken, now=NOW)

    assert statuses() == {1: VersionStatus.ACTIVE, 2: status}


def test_going_back_twice_reaches_the_version_before_the_former_one(make_version):
    for number in (1, 2):
        make_version(number)
    make_version(3, VersionStatus.ACTIVE)

    first, second = (services.roll_back_model(model_type="ease", now=NOW + timedelta(days=9)) for _ in range(2))

    assert [first.number, second.number] == [2, 1]
    assert statuses() == {1: VersionStatus.ACTIVE, 2: VersionStatus.READY, 3: VersionStatus.READY}
    with pytest.raises(NothingToRollBackTo):
        services.roll_back_model(model_type="ease", now=NOW)
    assert statuses()[1] == VersionStatus.ACTIVE


def test_there_is_no_way_back_to_a_version_that_waited_at_the_gate_is_damaged_or_pruned(make_version):
    make_version(1, VersionStatus.READY, has_served=False)
    make_version(2, VersionStatus.DAMAGED)
    make_version(3, VersionStatus.PRUNED)
    make_version(4, VersionStatus.ACTIVE)

    with pytest.raises(NothingToRollBackTo):
        services.roll_back_model(model_type="ease", now=NOW)


@pytest.mark.django_db(transaction=True)
def test_one_version_serves_whatever_eight_people_do_at_once(make_version):
    versions = [make_version(number) for number in range(1, 7)]
    make_version(7, VersionStatus.ACTIVE)
    waiting = [
        *(lambda version=version: services.activate_model(version=version, now=NOW) for version in versions[:4]),
        *(lambda: services.roll_back_model(model_type="ease", now=NOW) for _ in range(2)),
        *(lambda v=version: mark_damaged(version=v, problem="a flipped bit", now=NOW) for version in versions[4:]),
    ]

    in_parallel(lambda: waiting.pop()(), 8)

    assert ModelVersion.objects.filter(status=VersionStatus.ACTIVE).count() == 1
    assert ModelVersion.objects.filter(status=VersionStatus.DAMAGED).count() == 2
    assert SystemEvent.objects.filter(name="model.damaged").count() == 2


def test_the_version_before_serves_in_place_of_a_damaged_one_and_the_event_is_told_once(make_version):
    make_version(1)
    make_version(2)
    damaged = make_version(3, VersionStatus.ACTIVE)

    instead = [mark_damaged(version=damaged, problem="ease.npy is not what was signed", now=NOW) for _ in range(2)]

    assert [one.number for one in instead] == [2, 2]
    assert statuses() == {1: VersionStatus.RETIRED, 2: VersionStatus.ACTIVE, 3: VersionStatus.DAMAGED}
    event = SystemEvent.objects.get(name="model.damaged")
    assert event.message == "ease:3 is not served: ease.npy is not what was signed"


def test_pruning_keeps_the_serving_version_and_the_newest_others_and_deletes_files_alone(make_version, model_dir):
    for number in range(1, 6):
        make_version(number)
    make_version(6, VersionStatus.ACTIVE)
    make_version(1, VersionStatus.ACTIVE, model_type="als")

    pruned = services.prune_models(keep=2, now=NOW)

    assert sorted(one.number for one in pruned) == [1, 2, 3]
    assert sorted(path.name for path in model_dir.iterdir()) == ["als-1", "ease-4", "ease-5", "ease-6"]
    assert ModelVersion.objects.filter(status=VersionStatus.PRUNED).count() == 3
    assert AuditEntry.objects.filter(action="model.pruned").count() == 3
    assert services.prune_models(keep=2, now=NOW) == []


def test_damaged_versions_take_no_sound_versions_place_when_old_ones_are_pruned(make_version):
    make_version(1)
    make_version(2)
    make_version(3, VersionStatus.DAMAGED)
    make_version(4, VersionStatus.DAMAGED)
    make_version(5, VersionStatus.ACTIVE)

    pruned = services.prune_models(keep=2, now=NOW)

    assert sorted(one.number for one in pruned) == [3, 4]


def test_a_version_whose_files_are_gone_already_is_pruned_all_the_same(make_version, model_dir):
    make_version(1)
    (model_dir / "ease-1" / "manifest.json").unlink()
    (model_dir / "ease-1").rmdir()

    assert [one.number for one in services.prune_models(keep=0, now=NOW)] == [1]
