"""Reports, metadata and the numbers in them."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contracts.storages.calls import ask, bits, header, tell

from tunewright.errors import ReportError
from tunewright.storage import Report


def test_reports_come_in_order_and_once(storage):
    storage.create(header())
    ask(storage, 2)
    first = storage.report("digits", 1, 3, {"loss": 1.0, "accuracy": math.nan})
    storage.report("digits", 0, 3, {"loss": 2.0})
    storage.report("digits", 1, 0, {"loss": -math.inf})
    with pytest.raises(ReportError, match="trial 1 .* already reported step 3; each step is reported once"):
        storage.report("digits", 1, 3, {"accuracy": 1.0})
    changes = storage.changes("digits", first)
    assert changes.reports == [
        Report(0, 3, {"loss": 2.0}, first + 1),
        Report(1, 0, {"loss": -math.inf}, first + 2),
    ]
    assert changes.records == []
    assert math.isnan(storage.changes("digits", first - 1).reports[0].metrics["accuracy"])


def test_metadata_is_merged_at_any_time(storage):
    storage.create(header())
    ask(storage, 1)
    storage.annotate("digits", 0, {"a": 1, "b": {"c": [1]}})
    tell(storage, 0, metadata={"a": 2})
    last = storage.annotate("digits", 0, {"b": None, "é": "ü"})
    record = storage.changes("digits", last - 1).records[0]
    assert record.metadata == {"a": 2, "b": None, "é": "ü"}
    assert record.told == last - 1
    assert record.revision == last


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 0.1, 2**0.5, 1e22, 123456789012345680.0],
)
def test_numbers_keep_all_their_bits(storage, value):
    storage.create(header())
    storage.ask("digits", 1, 0, lambda numbers, changes: [{"x": value, "list": [value, {"deep": value}]}])
    storage.tell("digits", 0, state=1, values={"loss": value}, sem={"loss": value}, finished=1.0)
    record = storage.changes("digits", 0).records[0]
    found = [record.values["loss"], record.sem["loss"], record.config["x"]]
    found += [record.config["list"][0], record.config["list"][1]["deep"]]
    assert {bits(f) for f in found} == {bits(value)}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    config=st.dictionaries(
        st.text() | st.sampled_from(["$float", "$object", "$"]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text(st.characters())
            | st.sampled_from(["nan", "inf", "$float", "\ud800"]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=3) | st.sampled_from(["$float", "$object"]), inner, max_size=3)
            ),
            max_leaves=6,
        ),
        max_size=4,
    )
)
def test_configurations_come_back_as_they_went_in(storage, config):
    if "digits" not in storage.names():
        storage.create(header())
    claim = storage.ask("digits", 1, 10**9, lambda numbers, changes: [config])
    found = storage.changes("digits", claim.seen).records[0].config
    assert repr(found) == repr(config)


def test_text_that_looks_like_a_number_stays_text(storage):
    storage.create(header())
    config = {"x": "nan", "y": "inf", "z": {"$float": "nan"}, "w": {"$object": {"$float": "inf"}}, "v": math.nan}
    storage.ask("digits", 1, 0, lambda numbers, changes: [config])
    found = storage.changes("digits", 0).records[0].config
    assert math.isnan(found.pop("v"))
    assert found == {key: value for key, value in config.items() if key != "v"}


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", 1j])
def test_what_json_cannot_hold_is_refused(storage, value):
    storage.create(header())
    ask(storage, 1)
    before = storage.changes("digits", 0)
    for call in (
        lambda: storage.ask("digits", 1, 0, lambda numbers, changes: [{"x": value}]),
        lambda: storage.enqueue("digits", [{"x": [value]}]),
        lambda: storage.annotate("digits", 0, {"x": {"y": value, "z": math.nan}}),
        lambda: storage.tell("digits", 0, state=1, values={"loss": value}, finished=1.0),
    ):
        with pytest.raises(TypeError, match=r"config|metadata|values"):
            call()
    assert storage.changes("digits", 0) == before


def test_values_are_copied_in_and_out(storage):
    options, config, notes = {"list": [1]}, {"x": [1]}, {"m": [1]}
    storage.create(header(options=options))
    storage.ask("digits", 1, 0, lambda numbers, changes: [config])
    storage.annotate("digits", 0, notes)
    options["list"].append(2)
    config["x"].append(2)
    notes["m"].append(2)
    for _ in range(2):
        record = storage.changes("digits", 0).records[0]
        found = storage.header("digits")
        assert (record.config, record.metadata, found.options) == ({"x": [1]}, {"m": [1]}, {"list": [1]})
        record.config["x"].append(3)
        record.metadata["m"].append(3)
        record.values["new"] = 1.0
        found.options["list"].append(3)
        found.objectives["new"] = "minimize"
