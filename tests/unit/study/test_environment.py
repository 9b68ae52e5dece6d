"""What is recorded of where a study ran, and what is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import tunewright as tw
from tunewright.cli.main import main
from tunewright.study import environment as module
from tunewright.study.environment import environment, lines


def study(path, **options):
    return tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", storage=path, seed=0, strategy=tw.Random(), **options)


def test_creation_and_each_resume_are_sessions(tmp_path):
    made = study(tmp_path / "s.db")
    assert [session.trials for session in made.sessions] == [()]  # there as soon as the study is
    made.optimize(lambda t: t["x"], trials=2)
    made.optimize(lambda t: t["x"], trials=3)
    tw.Study.load(tmp_path / "s.db").sessions  # noqa: B018  to look is not to work on it
    tw.Study.load(tmp_path / "s.db").optimize(lambda t: t["x"], trials=5)
    assert [session.trials for session in made.sessions] == [(0, 1, 2), (3, 4)]
    assert made.sessions[0].environment["process"] == os.getpid()


def test_a_study_in_memory_has_this_process(tmp_path):
    made = study("memory")
    made.optimize(lambda t: t["x"], trials=2)
    (session,) = made.sessions
    assert session.trials == (0, 1) and session.environment["python"].startswith("3.")


def test_no_environment_variable_is_recorded(monkeypatch):
    monkeypatch.setenv("SOME_SECRET", "hunter2-of-the-environment")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/a/very/odd/path")
    told = json.dumps(environment())
    assert "hunter2" not in told and "/a/very/odd/path" not in told


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["train.py", "--lr", "0.1"], ["train.py", "--lr", "0.1"]),
        (["train.py", "--api-key", "abc", "--lr", "1"], ["train.py", "--api-key", "…", "--lr", "1"]),
        (["train.py", "--token=abc", "wandb_password=x"], ["train.py", "--token=…", "wandb_password=…"]),
        (["x" * 400], ["x" * 300 + "…"]),
    ],
)
def test_secrets_of_the_command_are_left_out(monkeypatch, given, shown):
    monkeypatch.setattr(sys, "orig_argv", given)
    assert environment()["command"] == shown


def git(folder, *arguments):
    options = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", "-C", folder, *options, *arguments], check=True, capture_output=True, text=True
    ).stdout


def test_the_commit_and_whether_code_was_changed(tmp_path):
    pytest.importorskip("shutil").which("git") or pytest.skip("git is not installed")
    assert module._code(str(tmp_path), 0) is None
    git(tmp_path, "init", "-q")
    (tmp_path / "train.py").write_text("a = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    commit = git(tmp_path, "rev-parse", "HEAD").strip()
    assert module._code(str(tmp_path), 1) == {"commit": commit, "dirty": False}
    (tmp_path / "train.py").write_text("a = 2\n")
    assert module._code(str(tmp_path), 2) == {"commit": commit, "dirty": True}
    told = dict(lines({"code": {"commit": commit, "dirty": True}}))
    assert told["code"] == f"git {commit[:12]} with uncommitted changes"


def test_without_git_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert module._code(str(tmp_path), 3) is None


def test_show_and_report_tell_it(tmp_path, capsys):
    study(tmp_path / "s.db").optimize(lambda t: t["x"], trials=2)
    assert main(["show", str(tmp_path / "s.db")]) == 0
    told = capsys.readouterr().out
    assert "process 0, since" in told and "numpy" in told and "Python" in told
    page = tw.report.render(tw.Study.load(tmp_path / "s.db"))
    assert "Where it ran" in page and "numpy" in page


def test_the_timeline_has_lanes_by_process(tmp_path):
    study(tmp_path / "s.db").optimize(lambda t: t["x"], trials=2)
    made = tw.Study.load(tmp_path / "s.db")
    made.optimize(lambda t: t["x"], trials=4)
    from tunewright.analysis.views import timeline

    found = timeline(made)
    assert found.lane.tolist() == [0, 0, 1, 1] and len(found.lanes) == 2
