"""Callbacks that log trials: what they write is what is on record."""

from __future__ import annotations

import csv
import json
import logging
import math

import pytest

import tunewright as tw

SPACE = {"x": tw.Float(0, 1), "kind": tw.Categorical("a", 'ü,\n"b"', None)}


def objective(trial):
    if trial.number == 2:
        raise ValueError('no, "really"\nnot')
    for step in (1, 2):
        trial.report(loss=trial["x"] + step)
    if trial.number == 3:
        return math.inf
    return tw.Measured(trial["x"], sem=0.5)


def study(storage="memory", **options):
    return tw.Study(tw.Space(SPACE), minimize="loss", storage=storage, seed=0, strategy=tw.Random(), **options)


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class TestFiles:
    def test_csv_has_a_row_for_each_trial_as_it_ends(self, tmp_path):
        path = tmp_path / "t.csv"
        seen = []
        callbacks = [tw.CsvLogger(path), lambda study, trial: seen.append(len(rows(path)))]
        made = study()
        made.optimize(objective, trials=5, callbacks=callbacks, catch=ValueError)
        assert seen == [1, 2, 3, 4, 5]
        found = rows(path)
        assert [row["state"] for row in found] == [trial.state.label for trial in made.trials]
        assert [float(row["config.x"]) for row in found] == [trial.config["x"] for trial in made.trials]
        assert float(found[0]["loss"]) == made.trials[0].value and found[0]["sem.loss"] == "0.5"
        assert (found[3]["loss"], found[3]["sem.loss"]) == ("inf", "")
        assert "really" in found[2]["error"] and found[2]["loss"] == ""

    def test_jsonl_has_the_reports_too(self, tmp_path):
        path = tmp_path / "t.jsonl"
        made = study()
        made.optimize(objective, trials=5, callbacks=[tw.JsonlLogger(path)], catch=ValueError)
        found = lines(path)
        assert [line["number"] for line in found] == [0, 1, 2, 3, 4]
        assert found[3]["values"] == {"loss": "inf"}
        assert found[0]["reports"]["2"] == {"loss": made.trials[0].config["x"] + 2}
        assert [line["config"] for line in found] == [trial.config for trial in made.trials]

    @pytest.mark.parametrize("torn", [False, True])
    @pytest.mark.parametrize(("logger", "read"), [(tw.CsvLogger, rows), (tw.JsonlLogger, lines)])
    def test_a_resumed_study_goes_on_even_after_half_a_line(self, tmp_path, logger, read, torn):
        path = tmp_path / "t.txt"
        study(tmp_path / "s.db").optimize(objective, trials=2, callbacks=[logger(path)])
        if torn:
            path.write_bytes(path.read_bytes()[:-9])
        tw.Study.load(tmp_path / "s.db").optimize(objective, trials=5, callbacks=[logger(path)], catch=ValueError)
        assert [int(row["number"]) for row in read(path)] == [0, 1, 2, 3, 4]
        assert [p.name for p in tmp_path.glob("*.part")] == []

    def test_columns_grow_with_the_space(self, tmp_path):
        made = tw.Study(minimize="loss", seed=0, strategy=tw.Random())
        path = tmp_path / "t.csv"

        def growing(trial):
            x = trial.suggest_float("x", 0, 1)
            return x + (trial.suggest_float("y", 0, 1) if trial.number >= 2 else 0)

        made.optimize(growing, trials=4, callbacks=[tw.CsvLogger(path)])
        found = rows(path)
        assert (
            len(found) == 4 and found[0]["config.y"] == "" and float(found[3]["config.y"]) == made.trials[3].config["y"]
        )


class TestTensorBoard:
    def test_a_run_for_each_trial(self, tmp_path):
        pytest.importorskip("tensorboardX")
        made = study(name="a/b: c")
        made.optimize(objective, trials=4, callbacks=[tw.TensorBoardLogger(tmp_path)], catch=ValueError)
        assert sorted(p.name for p in (tmp_path / "a_b_c").iterdir()) == [f"trial-{k:05d}" for k in range(4)]
        scalars = read_scalars(tmp_path / "a_b_c" / "trial-00000")
        assert scalars[("loss", 2)] == pytest.approx(made.trials[0].config["x"] + 2, rel=1e-6)
        assert scalars[("hparam/loss", 0)] == pytest.approx(made.trials[0].value, rel=1e-6)


def read_scalars(folder):
    """Tag and step to value, from the event files."""
    import struct

    from tensorboardX.proto.event_pb2 import Event

    found = {}
    for path in folder.glob("events*"):
        data, at = path.read_bytes(), 0
        while at < len(data):
            (length,) = struct.unpack("<Q", data[at : at + 8])
            event = Event.FromString(data[at + 12 : at + 12 + length])
            at += 16 + length
            for value in event.summary.value:
                if value.HasField("simple_value"):
                    found[value.tag, event.step] = value.simple_value
    return found


class TestMLflow:
    @pytest.fixture(autouse=True)
    def installed(self):
        pytest.importorskip("mlflow")

    @pytest.mark.filterwarnings("ignore")  # MLflow's own
    def test_a_run_for_each_trial(self, tmp_path, monkeypatch):
        from mlflow.tracking import MlflowClient

        monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        uri = tmp_path.as_uri()
        made = study(name="digits")
        made.optimize(objective, trials=4, callbacks=[tw.MLflowLogger(uri)], catch=ValueError)
        client = MlflowClient(uri)
        runs = {r.info.run_name: r for r in client.search_runs([client.get_experiment_by_name("digits").experiment_id])}
        assert set(runs) == {f"trial {k}" for k in range(4)}
        first, failed = runs["trial 0"], runs["trial 2"]
        assert float(first.data.params["x"]) == made.trials[0].config["x"]
        assert first.data.metrics["loss"] == pytest.approx(made.trials[0].value)
        history = client.get_metric_history(first.info.run_id, "loss")
        assert [m.step for m in history] == [1, 2, 3]
        assert (first.info.status, failed.info.status) == ("FINISHED", "FAILED")
        assert "really" in failed.data.tags["tunewright.error"]

    @pytest.mark.filterwarnings("ignore")
    def test_a_server_that_is_away_costs_a_warning_not_the_study(self, caplog, monkeypatch):
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "2")
        made = study()
        with caplog.at_level(logging.WARNING, "tunewright"):
            made.optimize(lambda t: t["x"], trials=2, callbacks=[tw.MLflowLogger("http://127.0.0.1:9")])
        assert made.history.complete.all()
        assert "trial 0 was not logged to MLflow" in caplog.text
