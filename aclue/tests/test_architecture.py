"""What no linter sees: foreign keys point downwards, and the ground floor has none."""

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField

FLOOR = {"common": 0, "accounts": 1, "catalogue": 1, "swipes": 2, "orders": 2, "recommendations": 3, "aclue": 4}
OUTSIDE = {"auth", "contenttypes"}  # Django's own, below everything
OURS = [model for model in apps.get_models() if model._meta.app_label in FLOOR]


def relations(model):
    return [field for field in model._meta.get_fields() if isinstance(field, ForeignKey | ManyToManyField)]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_downwards(model):
    own = model._meta.app_label

    upwards = [
        field.name
        for field in relations(model)
        if (other := field.related_model._meta.app_label) not in OUTSIDE | {own} and FLOOR[other] >= FLOOR[own]
    ]

    assert upwards == []


def test_the_ground_floor_has_no_foreign_key():
    tables = [model for model in OURS if model._meta.app_label == "common"]

    assert tables
    assert [field for model in tables for field in relations(model)] == []


def test_no_lower_app_can_walk_up_by_a_reverse_name():
    upwards = [
        f"{model._meta.label}.{relation.get_accessor_name()}"
        for model in OURS
        for relation in model._meta.related_objects
        if not relation.hidden and relation.related_model._meta.app_label != model._meta.app_label
        if relation.related_model._meta.app_label in FLOOR
    ]

    assert upwards == []


def test_every_constraint_and_index_begins_with_its_app():
    named = [
        (model._meta.app_label, part.name)
        for model in OURS
        for part in (*model._meta.constraints, *model._meta.indexes)
    ]

    assert [name for app, name in named if not name.startswith(f"{app}_")] == []
