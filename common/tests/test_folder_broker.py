"""A message of the embedded broker is seen whole or not at all."""

import os
import threading

import pytest
from kombu import Connection
from kombu.transport.virtual import base

from common import folder_broker


@pytest.fixture
def channel(tmp_path):
    folder_broker.register()
    folders = {name: str(tmp_path / "messages") for name in ("data_folder_in", "data_folder_out")}
    (tmp_path / "messages").mkdir()
    options = {**folders, "control_folder": str(tmp_path / "control")}
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection.channel()


def test_the_embedded_broker_is_ours(channel):
    assert isinstance(channel, folder_broker.Channel)


def test_a_message_is_there_once_it_is_whole(channel, tmp_path, monkeypatch):
    seen, replace = [], os.replace

    def look_first(source, target):
        with pytest.raises(base.Empty):
            channel._get("letters")
        seen.append(source)
        replace(source, target)

    monkeypatch.setattr(os, "replace", look_first)

    channel._put("letters", {"body": "x" * 100_000})

    assert len(seen) == 1
    assert channel._get("letters") == {"body": "x" * 100_000}
    assert list((tmp_path / "messages").iterdir()) == []


def test_an_exchange_that_is_being_written_is_waited_for(channel, tmp_path):
    (tmp_path / "control").mkdir(exist_ok=True)
    table = tmp_path / "control" / "letters.exchange"
    table.touch()
    writer = threading.Timer(0.1, lambda: table.write_text('[["a", "", "queue a"]]'))
    writer.start()

    channel._queue_bind("letters", "b", "", "queue b")

    writer.join()
    assert [bound.queue for bound in channel.get_table("letters")] == ["queue b", "queue a"]


def test_an_exchange_that_stays_empty_is_an_error_and_no_endless_wait(channel, tmp_path, monkeypatch):
    monkeypatch.setattr(folder_broker, "PAUSE_SECONDS", 0.001)
    (tmp_path / "control").mkdir(exist_ok=True)
    (tmp_path / "control" / "letters.exchange").touch()

    with pytest.raises(ValueError, match="Expecting value"):
        channel.get_table("letters")
