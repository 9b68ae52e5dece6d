"""The dashboard: this machine alone, reading alone, and up to date."""

from __future__ import annotations

import json
import socket
from http.client import HTTPConnection

import pytest

import tunewright as tw
from tunewright.report import Dashboard, serve


@pytest.fixture
def file(tmp_path):
    return tmp_path / "live.db"


def study(file, trials, name="live"):
    made = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", storage=file, name=name, seed=0, strategy=tw.Random())
    made.optimize(lambda t: t["x"], trials=trials)
    return made


def asked(dashboard, path="/", method="GET", host=None):
    port = int(dashboard.url.rsplit(":", 1)[1].strip("/"))
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, headers={} if host is None else {"Host": host})
    answer = connection.getresponse()
    body = answer.read().decode("utf-8")
    connection.close()
    return answer.status, body


def test_it_follows_a_study_that_another_process_could_be_running(file):
    study(file, 2)
    with serve(file, port=0) as dashboard:
        assert "2 trials so far" in asked(dashboard)[1]
        before = json.loads(asked(dashboard, "/revision")[1])["revision"]
        study(file, 5)
        assert json.loads(asked(dashboard, "/revision")[1])["revision"] > before
        told = json.loads(asked(dashboard, "/content")[1])
        assert told["trials"]["rows"] == 5 and "5 trials so far" in told["found"] and "live" not in told["about"][:20]


def test_several_studies_are_listed(file):
    study(file, 1, "a&b")
    study(file, 1, "c")
    with serve(file, port=0) as dashboard:
        assert "?study=a%26b" in asked(dashboard)[1]
        assert "1 trial so far" in asked(dashboard, "/?study=a%26b")[1]
        status, body = asked(dashboard, "/?study=d")
        assert status == 404 and "'d'" in body
        assert asked(dashboard, "/content")[0] == 404


def test_an_empty_file_says_so(file):
    tw.Sqlite(file).close()
    with serve(file, port=0) as dashboard:
        assert "no studies yet" in asked(dashboard)[1]


def test_it_is_for_this_machine_alone_and_only_reads(file):
    study(file, 1)
    with serve(file, port=0) as dashboard:
        assert dashboard.url.startswith("http://127.0.0.1:")
        assert asked(dashboard, host="evil.example")[0] == 403  # a name that another page made point here
        assert asked(dashboard, "/../../etc/passwd")[0] == 404
        for method in ("POST", "PUT", "DELETE"):
            assert asked(dashboard, method=method)[0] == 501
        assert asked(dashboard, method="HEAD") == (200, "")
        with pytest.raises(tw.errors.StorageError):
            dashboard._storage.delete("live")


def test_a_caller_who_hangs_up_holds_up_nobody(file):
    study(file, 1)
    with serve(file, port=0) as dashboard:
        port = int(dashboard.url.rsplit(":", 1)[1].strip("/"))
        for _ in range(5):
            socket.create_connection(("127.0.0.1", port)).close()
        idle = socket.create_connection(("127.0.0.1", port))
        assert asked(dashboard)[0] == 200
        idle.close()


def test_a_port_that_is_taken_is_an_error(file):
    study(file, 1)
    with serve(file, port=0) as dashboard, pytest.raises(OSError):
        Dashboard(file, port=int(dashboard.url.rsplit(":", 1)[1].strip("/")))
