"""A model on the disk: whole or refused, and never a way to run code."""

import contextlib
import json
import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from recommendations.ml import artefacts, signed
from recommendations.ml.artefacts import DamagedArtefact, load, publish, save, verify
from recommendations.ml.interactions import IdMap
from recommendations.ml.models import NAMES
from recommendations.ml.signed import sign, write_signed
from recommendations.ml.tests.worlds import NOW, checkerboard, fitted

KEY = b"the key of these tests"
ROOT = Path(__file__).resolve().parents[3]
every_model = pytest.mark.parametrize("name", NAMES)


def saved(folder, name="ease", board=None, **details):
    board = checkerboard() if board is None else board
    model = fitted(name, board)
    aside = save(folder.with_name(f".{folder.name}"), model, board.items, signing_key=KEY, details=details)
    publish(aside, folder)
    return model, board


@contextlib.contextmanager
def nothing_is_parsed(monkeypatch):
    """Fail when anything but the signature is looked into."""

    def parsed(*_, **__):
        raise AssertionError("parsed before it was checked")

    with monkeypatch.context() as patched:
        patched.setattr(signed.SignedFiles, "json", parsed)
        patched.setattr(signed.SignedFiles, "array", parsed)
        patched.setattr(np, "load", parsed)
        yield


def sign_again(folder):
    """Sign a folder as it stands, as only the holder of the key can."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for name in manifest["files"]:
        content = (folder / name).read_bytes()
        (folder / name).unlink()
        manifest["files"][name] = write_signed(folder / name, content, KEY)
    written = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(written)
    (folder / "manifest.hmac").write_text(sign(KEY, written))


@every_model
def test_what_is_loaded_answers_as_what_was_saved(name, tmp_path):
    model, board = saved(tmp_path / "one", name)

    loaded = load(tmp_path / "one", KEY)

    history = model.history(board, now=NOW)
    assert np.array_equal(loaded.model.score(history), model.score(history))
    assert loaded.items == board.items
    assert loaded.model.parameters == model.parameters


def test_the_manifest_tells_what_it_is_and_how_it_was_made(tmp_path):
    saved(tmp_path / "one", fingerprint="abc", metrics={"ndcg@20": 0.12})

    manifest = load(tmp_path / "one", KEY).manifest

    assert manifest["model"] == "ease"
    assert manifest["parameters"]["regularization"] == 5.0
    assert manifest["details"] == {"fingerprint": "abc", "metrics": {"ndcg@20": 0.12}}
    assert {"python", "numpy", "scipy", "implicit", "scikit-learn"} == manifest["versions"].keys()
    assert set(manifest["files"]["weights.npy"]) == {"size", "sha256", "hmac"}


@every_model
def test_nothing_of_a_person_is_in_it(name, tmp_path):
    board = checkerboard(people=37)

    saved(tmp_path / "one", name, board)

    everything = b"".join(path.read_bytes() for path in (tmp_path / "one").iterdir())
    assert not any(user.encode() in everything for user in board.users.ids)
    arrays = [np.load(path) for path in (tmp_path / "one").glob("*.npy")]
    assert all(37 not in array.shape for array in arrays)


def test_loaded_arrays_are_mapped_and_cannot_be_written(tmp_path):
    saved(tmp_path / "one")

    weights = load(tmp_path / "one", KEY).model.weights_

    assert isinstance(weights.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        weights[0, 0] = 1


def test_nothing_stands_under_its_name_before_it_is_published(tmp_path):
    board = checkerboard()

    aside = save(tmp_path / ".one", fitted("ease", board), board.items, signing_key=KEY)

    assert not (tmp_path / "one").exists()
    assert publish(aside, tmp_path / "one") == tmp_path / "one"
    assert not aside.exists()


def test_a_version_is_never_overwritten(tmp_path):
    saved(tmp_path / "one")
    board = checkerboard()
    aside = save(tmp_path / ".two", fitted("als", board), board.items, signing_key=KEY)

    with pytest.raises(FileExistsError, match="There is a version one already"):
        publish(aside, tmp_path / "one")
    with pytest.raises(FileExistsError):
        save(tmp_path / ".two", fitted("als", board), board.items, signing_key=KEY)

    assert load(tmp_path / "one", KEY).manifest["model"] == "ease"


@pytest.mark.parametrize("seed", range(200))
def test_a_flipped_bit_anywhere_is_refused_before_anything_is_parsed(seed, whole, tmp_path, monkeypatch):
    draw = np.random.default_rng(seed)
    files = copy_of(whole, tmp_path / "one")
    victim = files[int(draw.integers(len(files)))]
    content = bytearray(victim.read_bytes())
    content[int(draw.integers(len(content)))] ^= 1 << int(draw.integers(8))
    victim.write_bytes(content)

    with nothing_is_parsed(monkeypatch), pytest.raises(DamagedArtefact):
        load(tmp_path / "one", KEY)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "one"
    saved(folder)
    return folder


def copy_of(whole, folder):
    folder.mkdir()
    for path in whole.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    load(folder, KEY)
    return sorted(folder.iterdir())


def _cut(folder):
    path = folder / "weights.npy"
    path.write_bytes(path.read_bytes()[:-1])


def _lengthen(folder):
    with (folder / "items.json").open("ab") as file:
        file.write(b" ")


def _empty(folder):
    (folder / "golden.json").write_bytes(b"")


def _swap(folder):
    (folder / "items.json").rename(folder / "x")
    (folder / "golden.json").rename(folder / "items.json")
    (folder / "x").rename(folder / "golden.json")


def _lose_an_array(folder):
    (folder / "weights.npy").unlink()


def _lose_the_manifest(folder):
    (folder / "manifest.json").unlink()


def _lose_the_signature(folder):
    (folder / "manifest.hmac").unlink()


def _add_a_file(folder):
    (folder / "extra.npy").write_bytes(b"1")


def _add_a_link(folder):
    (folder / "extra").symlink_to(folder / "items.json")


def _link_instead(folder):
    (folder / "weights.npy").rename(folder.parent / "weights.npy")
    (folder / "weights.npy").symlink_to(folder.parent / "weights.npy")


def _add_a_pipe(folder):
    os.mkfifo(folder / "pipe")


def _add_a_folder(folder):
    (folder / "inner").mkdir()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_cut, "weights.npy is not as long as it was saved"),
        (_lengthen, "items.json is not as long as it was saved"),
        (_empty, "golden.json is not as long as it was saved"),
        (_swap, "json is not"),
        (_lose_an_array, "one lacks its file weights.npy"),
        (_lose_the_manifest, "manifest.json cannot be opened"),
        (_lose_the_signature, "manifest.hmac cannot be opened"),
        (_add_a_file, "one has an unsigned file extra.npy"),
        (_add_a_link, "extra cannot be opened"),
        (_link_instead, "weights.npy cannot be opened"),
        (_add_a_pipe, "pipe is not a plain file"),
        (_add_a_folder, "inner is not a plain file"),
    ],
)
def test_files_that_are_not_as_they_were_signed_are_refused_before_anything_is_parsed(
    harm, words, whole, tmp_path, monkeypatch
):
    copy_of(whole, tmp_path / "one")

    harm(tmp_path / "one")

    with nothing_is_parsed(monkeypatch), pytest.raises(DamagedArtefact, match=words):
        load(tmp_path / "one", KEY)


def test_a_folder_that_is_a_link_is_refused(whole, tmp_path):
    (tmp_path / "one").symlink_to(whole)

    with pytest.raises(DamagedArtefact, match="not a directory of its own"):
        load(tmp_path / "one", KEY)


def test_a_folder_that_is_not_there_is_no_damage(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "one", KEY)


def test_another_key_opens_nothing(whole, monkeypatch):
    with nothing_is_parsed(monkeypatch), pytest.raises(DamagedArtefact, match="not signed under this key"):
        load(whole, b"another key")


def test_a_model_of_another_key_put_in_its_place_is_refused(whole, tmp_path):
    board = checkerboard()
    publish(save(tmp_path / ".one", fitted("ease", board), board.items, signing_key=b"theirs"), tmp_path / "one")

    with pytest.raises(DamagedArtefact, match="not signed under this key"):
        load(tmp_path / "one", KEY)


def test_an_empty_key_signs_nothing(tmp_path):
    board = checkerboard()

    with pytest.raises(ValueError, match="A signing key cannot be empty"):
        save(tmp_path / ".one", fitted("ease", board), board.items, signing_key=b"")

    assert list(tmp_path.iterdir()) == []


def test_a_key_of_words_is_the_key_of_its_bytes(whole):
    assert load(whole, KEY.decode()).manifest["model"] == "ease"


def test_objects_are_not_saved(tmp_path):
    board = checkerboard()
    model = fitted("popularity", board)
    model.counts_ = np.array([{}] * 24, dtype=object)

    with pytest.raises(ValueError, match="only numbers and words are saved"):
        save(tmp_path / ".one", model, board.items, signing_key=KEY)

    assert list(tmp_path.iterdir()) == []


def test_ids_that_do_not_fit_are_not_saved(tmp_path):
    with pytest.raises(ValueError, match="The model knows 24 items, the id map has 2"):
        save(tmp_path / ".one", fitted("ease", checkerboard()), IdMap(["a", "b"]), signing_key=KEY)


@pytest.mark.parametrize("details", [{"ndcg": float("nan")}, {"at": {1, 2}}])
def test_details_that_are_no_json_are_not_saved(details, tmp_path):
    board = checkerboard()

    with pytest.raises((ValueError, TypeError), match="JSON"):
        save(tmp_path / ".one", fitted("ease", board), board.items, signing_key=KEY, details=details)


def test_a_signed_folder_of_an_unknown_model_or_format_is_refused_with_a_sentence(whole, tmp_path):
    for key, value in (("model", "svd"), ("format", 99), ("parameters", {"lambda": 1}), ("state", {})):
        folder = tmp_path / key
        copy_of(whole, folder)
        manifest = json.loads((folder / "manifest.json").read_bytes())
        (folder / "manifest.json").write_text(json.dumps({**manifest, key: value}))
        sign_again(folder)

        with pytest.raises(DamagedArtefact, match=f"{key} is"):
            load(folder, KEY)


PICKLES = """
import io, json, pickle, sys
import joblib
import numpy as np
from pathlib import Path
from recommendations.ml.artefacts import DamagedArtefact, load
from recommendations.ml.tests.test_artefacts import KEY, copy_of, sign_again

class Trap:
    def __reduce__(self):
        return (Path.touch, (Path(sys.argv[2]) / "sprung",))

whole, place = Path(sys.argv[1]), Path(sys.argv[2])
objects = io.BytesIO(); np.save(objects, np.array([Trap()], dtype=object), allow_pickle=True)
jobs = io.BytesIO(); joblib.dump(Trap(), jobs)
arrays = io.BytesIO(); np.savez(arrays, a=np.array([Trap()], dtype=object))
copies = {}
for name, content in {"pickle": pickle.dumps(Trap()), "object": objects.getvalue(), "joblib": jobs.getvalue(),
                      "npz": arrays.getvalue()}.items():
    for resigned in (False, True):
        folder = place / f"{name}{resigned}"
        copy_of(whole, folder)
        (folder / "weights.npy").write_bytes(content)
        if resigned:
            sign_again(folder)
        copies[folder] = resigned

events = []
sys.addaudithook(lambda event, arguments: event.startswith(("pickle.", "exec", "os.system", "subprocess."))
                 and events.append(event))
refused = 0
for folder in copies:
    try:
        load(folder, KEY)
    except DamagedArtefact:
        refused += 1
print(json.dumps({"tried": len(copies), "refused": refused, "events": events,
                  "sprung": (place / "sprung").exists()}))
"""


def test_pickles_run_nothing_even_when_they_are_signed(whole, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PICKLES, str(whole), str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )

    assert json.loads(done.stdout) == {"tried": 8, "refused": 8, "events": [], "sprung": False}


def test_the_traps_of_these_tests_would_spring(tmp_path):
    trap = pickle.dumps(_Trap(tmp_path / "sprung"))

    pickle.loads(trap)

    assert (tmp_path / "sprung").exists()


class _Trap:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


STAGES = [
    "folder made",
    "weights written",
    "items written",
    "manifest written",
    "manifest signed",
    "fsynced",
    "renamed",
    "published",
]
KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from recommendations.ml.artefacts import publish, save
    from recommendations.ml.tests.test_artefacts import KEY
    from recommendations.ml.tests.worlds import checkerboard, fitted

    def step(stage):
        if stage == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGKILL)

    place, board = Path(sys.argv[1]), checkerboard()
    aside = save(place / ".one", fitted("ease", board), board.items, signing_key=KEY, step=step)
    publish(aside, place / "one", step=step)
    """
)


@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_any_stage_there_is_the_whole_version_or_none(stage, tmp_path):
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), stage], cwd=ROOT, check=False)

    assert done.returncode == -9
    if stage in ("renamed", "published"):
        verify(tmp_path / "one", KEY)
    else:
        assert not (tmp_path / "one").exists()


def test_the_stages_are_called_in_their_order(tmp_path):
    board, seen = checkerboard(), []

    aside = save(tmp_path / ".one", fitted("ease", board), board.items, signing_key=KEY, step=seen.append)
    publish(aside, tmp_path / "one", step=seen.append)

    assert seen == STAGES


@every_model
def test_a_whole_version_is_verified(name, tmp_path):
    saved(tmp_path / "one", name)

    verify(tmp_path / "one", KEY)


def test_a_version_that_answers_differently_is_not_verified(tmp_path):
    saved(tmp_path / "one")
    golden = load(tmp_path / "one", KEY).manifest["golden"]
    golden["queries"][2]["scores"][0] += 0.01

    with pytest.raises(DamagedArtefact, match="one: Golden query 3 of 8 is answered differently"):
        verify(tmp_path / "one", KEY, golden)


def run_verify(folder, key):
    environment = {**os.environ, artefacts.KEY_VARIABLE: key}
    command = [sys.executable, "-m", "recommendations.ml.verify", str(folder)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_another_process_verifies_a_version_with_an_exit_code_and_a_sentence(whole, tmp_path):
    copy_of(whole, tmp_path / "harmed")
    _cut(tmp_path / "harmed")

    right, wrong, keyless = (
        run_verify(whole, KEY.hex()),
        run_verify(tmp_path / "harmed", KEY.hex()),
        run_verify(whole, "no hexadecimal"),
    )

    assert (right.returncode, wrong.returncode, keyless.returncode) == (0, 1, 1)
    assert "answers as it did when it was saved" in right.stdout
    assert "weights.npy is not as long as it was saved" in wrong.stderr
    assert "has to hold the key in hexadecimal" in keyless.stderr


def test_the_maths_is_imported_without_django():
    code = "import recommendations.ml.evaluate, recommendations.ml.verify, sys; print('django' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "False"


def test_loading_ease_does_not_import_the_libraries_that_learn_the_others(whole):
    code = (
        "import sys; from recommendations.ml.artefacts import load; "
        f"load({str(whole)!r}, {KEY!r}); print({{'implicit', 'sklearn', 'pandas'}} & sys.modules.keys())"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "set()"
