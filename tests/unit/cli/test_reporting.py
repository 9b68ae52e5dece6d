"""The commands that write and serve reports."""

from __future__ import annotations

import subprocess
import sys
from urllib.request import urlopen

import tunewright as tw
from tunewright.cli.main import main


def test_report_writes_a_page_beside_the_file(tmp_path, capsys):
    file = tmp_path / "digits.db"
    tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", storage=file, seed=0, strategy=tw.Random()).optimize(
        lambda t: t["x"], trials=3
    )
    assert main(["report", str(file)]) == 0
    assert "3 trials" in capsys.readouterr().out
    assert (tmp_path / "digits.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert main(["report", str(file), "--to", str(tmp_path / "other.html")]) == 0
    assert (tmp_path / "other.html").exists()


def test_dashboard_answers_until_it_is_ended(tmp_path):
    file = tmp_path / "digits.db"
    tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", storage=file, seed=0, strategy=tw.Random()).optimize(
        lambda t: t["x"], trials=3
    )
    command = [sys.executable, "-m", "tunewright.cli.main", "dashboard", str(file), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = next(word for word in process.stdout.readline().split() if word.startswith("http"))
            with urlopen(url, timeout=20) as answer:
                assert "3 trials so far" in answer.read().decode("utf-8")
        finally:
            process.terminate()


def test_a_file_that_is_not_there_is_an_error(tmp_path, capsys):
    assert main(["dashboard", str(tmp_path / "none.db")]) == 1
    assert main(["report", str(tmp_path / "none.db")]) == 1
    assert "there is no file" in capsys.readouterr().err
