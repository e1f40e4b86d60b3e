"""The page over a real socket: who may ask, what a hostile row can do, and that a kill loses nothing."""

import json
import threading

import pytest

from hf_synth.cards.manifest import read_manifest
from hf_synth.errors import ConfigError
from hf_synth.review.page import ReviewServer, judge_in_browser
from hf_synth.review.session import Session

from .reviewed import Client, start_page, write_dataset


@pytest.fixture
def run(tmp_path):
    return write_dataset(tmp_path / "run", made=3)


@pytest.fixture
def server(run):
    with ReviewServer(Session(run)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client(server):
    return Client(server.url)


def test_the_page_needs_nothing_from_elsewhere(client):
    status, page, headers = client.ask("GET", f"/?token={client.token}", X_Review_Token=None)
    assert status == 200
    assert "http://" not in page
    assert "https://" not in page
    assert client.token not in page
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    again = client.ask("GET", f"/?token={client.token}")[2]["Content-Security-Policy"]
    assert again != policy, "a fresh nonce each time"


def test_only_this_machine_is_served(server):
    assert server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/rows"), ("POST", "/judge"), ("POST", "/finish")])
@pytest.mark.parametrize("token", [None, "", "x", "ü"])
def test_no_token_no_answer(client, run, method, path, token):
    given = None if token is None else token.encode()
    status, text, _ = client.ask(method, path, "{}" if method == "POST" else None, X_Review_Token=given)
    assert status == 403
    assert "alarm" not in text
    assert not (run / "review").exists()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "0.0.0.0:{port}"]
)
def test_another_name_that_leads_here_is_refused(client, host):
    for method, path in (("GET", f"/?token={client.token}"), ("GET", "/rows"), ("POST", "/judge")):
        assert client.ask(method, path, Host=host.format(port=client.port))[0] == 403
    assert client.ask("GET", "/rows", Host=f"localhost:{client.port}")[0] == 200


def test_a_judgement_is_on_disk_before_it_is_answered(client, run):
    rows = client.rows()
    assert client.judge(rows[0]["key"], "wrong_slots", " odd <b>note</b> ")[0] == 200
    (line,) = (run / "review" / "reviewer.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {"row": rows[0]["key"], "verdict": "wrong_slots", "note": "odd <b>note</b>"}
    assert client.rows()[0]["said"] == {"verdict": "wrong_slots", "note": "odd <b>note</b>"}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '{"row": "x"}',
        '{"row": "x", "verdict": "right", "note": ""}',
        '{"row": 1, "verdict": ["right"], "note": {}}',
        "x" * 70_000,
    ],
)
def test_what_is_no_judgement_is_refused(client, run, body):
    assert client.ask("POST", "/judge", body)[0] == 400
    assert client.ask("POST", "/judge", {"row": client.rows()[0]["key"], "verdict": "good", "note": ""})[0] == 400
    assert not (run / "review").exists()


def test_no_other_pages(client):
    for path in ("/../pyproject.toml", "/page.html", "/judge"):
        assert client.ask("GET", path)[0] == 404
    assert client.ask("POST", "/other", "{}")[0] == 404


def test_the_end_writes_the_outcome(run):
    with ReviewServer(Session(run)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        client = Client(server.url)
        for row in client.rows():
            client.judge(row["key"], "right")
        status, text, _ = client.ask("POST", "/finish", {})
        thread.join(10)
        assert not thread.is_alive()
    assert status == 200
    assert "passed: 0 of 3 rows wrong" in text
    assert read_manifest(run / "dataset" / "manifest.json").review.passed


def test_a_kill_loses_nothing(run):
    process, url = start_page(run)
    try:
        client = Client(url)
        keys = [row["key"] for row in client.rows()]
        assert client.judge(keys[0], "unnatural", "nobody says so")[0] == 200
    finally:
        process.kill()
        process.wait()
    process, url = start_page(run)
    try:
        client = Client(url)
        assert [row["key"] for row in client.rows()] == keys
        assert [row["said"] for row in client.rows()] == [
            {"verdict": "unnatural", "note": "nobody says so"},
            None,
            None,
        ]
        client.ask("POST", "/finish", {})
        told = process.communicate(timeout=60)[0]
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert "Judged   1 of 3 rows" in told
    assert read_manifest(run / "dataset" / "manifest.json").review is None


def test_a_port_that_is_taken(run, server):
    with pytest.raises(ConfigError, match=f"port {server.server_port}"):
        judge_in_browser(Session(run), server.server_port, open_browser=False)
