"""What goes wrong on the way to the Hub: nothing is half published, and every error says what to do."""

import dataclasses

import pytest
from hub_server import Fault

from .client import read_said
from .conftest import GUEST, TOKEN
from .ready import FILES, splits, write_run


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", "/store/", after=2000, times=99),
        Fault("POST", "/objects/batch", after=0, times=9),
        Fault("POST", "/commit/", after=500),
        Fault("GET", "/api/datasets/", after=0, times=9),
        Fault("POST", "/verify", status=500, times=99),
    ],
    ids=["upload", "batch", "commit", "reading", "verify"],
)
def test_a_connection_that_breaks(hub, push, refused, run, fault):
    repo = hub.add("user/cut", {"README.md": b"# Mine\n"})
    before = dict(repo.commits)
    hub.faults.append(dataclasses.replace(fault))
    refused(run, "user/cut", match="broke off|HTTP 500")
    assert repo.commits == before
    hub.faults.clear()
    assert set(push(run, "user/cut").uploaded) == FILES
    assert len(repo.commits) == 2


def test_an_answer_that_gets_lost(hub, push, refused, run):
    hub.faults.append(Fault("POST", "/commit/", lost=True))
    refused(run, "user/lost", match="broke off")
    assert not push(run, "user/lost").uploaded
    assert len(hub.repos["user/lost"].commits) == 2


def test_what_the_client_mends_by_itself(hub, push, run):
    hub.faults += [
        Fault("PUT", "/store/", after=1000),
        Fault("PUT", "/store/", status=500),
        Fault("POST", "/objects/batch", status=429),
    ]
    assert set(push(run, "user/mended").uploaded) == FILES


def test_a_branch_that_moves(hub, push, refused, run):
    push(run, "user/moved")
    repo = hub.repos["user/moved"]
    write_run(run, splits(made=7))
    hub.faults.append(Fault("POST", "/commit/", do=lambda: repo.commit({**repo.files, "notes.md": b"mine"})))
    assert set(push(run, "user/moved").uploaded) == {"train.parquet", "manifest.json", "README.md"}
    assert repo.files["notes.md"] == b"mine"
    write_run(run, splits(made=8))
    for times, files, match in (
        (9, {}, "moves all the time"),
        (1, {"test.parquet": b"theirs"}, r"someone else has changed test\.parquet meanwhile"),
        (1, {"README.md": b"# Theirs\n"}, r"someone else has changed README\.md meanwhile"),
    ):
        fault = Fault("POST", "/commit/", times=times, do=lambda files=files: repo.commit({**repo.files, **files}))
        hub.faults[:] = [fault]
        refused(run, "user/moved", match=match)
    assert repo.files["README.md"] == b"# Theirs\n"
    assert repo.files["test.parquet"] == b"theirs"


def test_a_branch_that_cannot_be_made(hub, refused, run):
    hub.add("user/branchless")
    refused(run, "user/branchless", branch="refs/pr/9", match="has no branch refs/pr/9")


def test_no_permission(hub, push, refused, run):
    hub.add("user/closed")
    refused(run, "user/closed", token=GUEST, match="no permission")
    refused(run, "user/new", token=GUEST, match="no permission")
    hub.add("user/hidden", private=True)
    refused(run, "user/hidden", token=GUEST, match="no permission|not found")
    refused(run, "user/closed", token="hf_unknown", match="token is not accepted")
    refused(run, "user/closed", token="", match="no token: .*\n.*hf auth login")
    assert {len(repo.commits) for name, repo in hub.repos.items() if name in ("user/closed", "user/hidden")} == {1}
    assert "user/new" not in hub.repos


def test_the_hub_says_no(hub, refused, run):
    hub.add("user/no")
    hub.faults.append(Fault("POST", "/commit/", status=429))
    assert "Wait a few minutes" in refused(run, "user/no", match="too many requests")
    hub.faults.append(
        Fault("POST", "/commit/", status=403, message=f"{TOKEN} may not, nor Bearer abc http://u:s3cr3t@x/?a=s3cr3t")
    )
    assert "(*** may not, nor Bearer *** http://***@x/?***)" in refused(run, "user/no", match="no permission")
    card = run / "dataset" / "README.md"
    card.write_text(card.read_text(encoding="utf-8").replace("license: cc-by-4.0", "license: bad-licence"))
    refused(run, "user/no", match='"license" must be one of')


def test_no_token_is_logged(hub, client, push, refused, run):
    """Whatever the loggers say at their most talkative; `client` looks once more at the end of all tests."""
    repo = hub.add("user/logged")
    hub.faults.append(Fault("POST", "/commit/", do=lambda: repo.commit(repo.files)))
    push(run, "user/logged")
    refused(run, "user/logged", token=GUEST, replace=True, config_name="more", match="no permission")
    said = client(read_said)
    assert "/api/datasets/user/logged/commit/main" in said
    assert "The branch has moved" in said
    assert TOKEN not in said
    assert GUEST not in said
