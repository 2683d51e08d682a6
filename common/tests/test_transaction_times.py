"""Dates of an export: read when they are clear, refused when they may be two."""

import pytest

from common.transactions.times import UnclearTime, read_times


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2011-02-01", "2011-02-01T00:00:00+00:00"),
        ("2011-02-01 08:26", "2011-02-01T08:26:00+00:00"),
        ("2011-02-01T08:26:05.250Z", "2011-02-01T08:26:05.250000+00:00"),
        ("2011-02-01T08:26:05+02:00", "2011-02-01T06:26:05+00:00"),
        ("2011-02-01 08:26-0530", "2011-02-01T13:56:00+00:00"),
        ("20110201", "2011-02-01T00:00:00+00:00"),
        ("2011/2/1 8:26", "2011-02-01T08:26:00+00:00"),
        ("1 Feb 2011", "2011-02-01T00:00:00+00:00"),
        ("01-February-2011 8:26 pm", "2011-02-01T20:26:00+00:00"),
        ("28/02/2011 12:05 AM", "2011-02-28T00:05:00+00:00"),
        ("2/28/11 8:26", "2011-02-28T08:26:00+00:00"),
        ("2.2.2011", "2011-02-02T00:00:00+00:00"),
    ],
)
def test_common_ways_to_write_a_moment_are_read_and_without_a_zone_they_are_utc(text, moment):
    assert read_times([text])[0].isoformat() == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "40575",
        "2011-02-30",
        "2011-13-01",
        "30/30/2011",
        "1 Fob 2011",
        "0011-02-01",
        "9999-12-31",
        "2011-02-01 25:00",
        "2011-02-01 13:00 PM",
        "2011-02-01x",
    ],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(UnclearTime, match="is not a date and time") as refusal:
        read_times(["2011-02-01", text])

    assert refusal.value.position == 1


def test_one_clear_date_tells_for_the_whole_column_which_is_the_day():
    british = read_times(["01/02/2011", "31/01/2011"])
    american = read_times(["01/02/2011", "01/31/2011"])

    assert [british[0].month, american[0].month] == [2, 1]


def test_without_a_clear_date_day_and_month_are_not_guessed():
    with pytest.raises(UnclearTime, match="'01/02/2011' does not tell which is the day and which the month") as refusal:
        read_times(["02/02/2011", "01/02/2011"])

    assert refusal.value.position == 1


def test_who_knows_the_order_of_day_and_month_may_say_so():
    told = [read_times(["01/02/2011"], day_first)[0].month for day_first in (True, False)]

    assert told == [2, 1]


def test_dates_that_contradict_each_other_are_refused():
    with pytest.raises(UnclearTime, match="'01/31/2011' and '31/01/2011' put day and month in different order"):
        read_times(["31/01/2011", "01/31/2011"])
