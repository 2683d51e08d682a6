"""What is saved of a model names no person and holds nothing that is as many as people are."""

import json

import numpy as np
import pytest

from accounts.models import User
from catalogue.models import Product
from conftest import NOW
from recommendations.registry import folder_of
from recommendations.tests.shops import fill_shop

pytestmark = pytest.mark.django_db

# No other number of the shop is the same: not of products, factors, words or neighbours.
N_PEOPLE = 97


def written_as(key):
    """Return an id in every way that a file could hold it."""
    return [str(key).encode(), str(key).upper().encode(), key.hex.encode(), key.bytes, key.bytes_le]


def sizes_within(value):
    """Return the lengths of all lists within a JSON value."""
    if isinstance(value, dict):
        return [size for inner in value.values() for size in sizes_within(inner)]
    if isinstance(value, list):
        return [len(value), *(size for inner in value for size in sizes_within(inner))]
    return []


def test_no_file_of_a_model_holds_a_persons_id_or_a_row_for_each_person(train):
    fill_shop(now=NOW, n_people=N_PEOPLE)

    run = train("all")

    files = [path for version in run.versions.all() for path in folder_of(version).iterdir()]
    everything = b"\n".join(path.read_bytes() for path in files)
    people = User.objects.values_list("pk", "email")
    assert len(people) == N_PEOPLE
    assert not [pk for pk, _ in people if any(way in everything for way in written_as(pk))]
    assert not [email for _, email in people if email.encode() in everything]
    assert all(str(pk).encode() in everything for pk in Product.objects.values_list("pk", flat=True))
    shapes = [np.load(path, allow_pickle=False).shape for path in files if path.suffix == ".npy"]
    lists = [size for path in files if path.suffix == ".json" for size in sizes_within(json.loads(path.read_bytes()))]
    assert shapes
    assert N_PEOPLE not in {size for shape in shapes for size in shape} | set(lists)
