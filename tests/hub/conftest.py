"""A Hub on a real socket, and the real client in a process of its own, which sees no setting of this one."""

import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from hub_server import serve_hub

from hf_synth.errors import HubError

from .client import call_push, read_said, start_client
from .ready import write_run

TOKEN, GUEST = "hf_" + "ownerOWNER" * 4, "hf_" + "guestGUEST" * 4


@pytest.fixture(scope="session")
def server():
    with serve_hub({TOKEN: "user", GUEST: "guest"}) as hub:
        yield hub


@pytest.fixture(scope="session")
def environment(server, tmp_path_factory):
    """What a user's shell has; nothing of the machine that the tests run on."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **kept,
        "HOME": str(tmp_path_factory.mktemp("home")),
        "HF_HOME": str(tmp_path_factory.mktemp("hf")),
        "HF_ENDPOINT": server.url,
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_UPDATE_DOWNLOAD_COUNTS": "0",
        "OMP_NUM_THREADS": "1",
    }


@pytest.fixture(scope="session")
def client(environment):
    """Call a function in the process of the client."""
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("HF_")]:
            patched.delenv(name)
        for name, value in environment.items():
            patched.setenv(name, value)
        pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        pool.submit(start_client).result()
    with pool:
        yield lambda function, *arguments, **settings: pool.submit(function, *arguments, **settings).result()
        said = pool.submit(read_said).result()
    assert TOKEN not in said
    assert GUEST not in said


@pytest.fixture
def hub(server):
    server.faults.clear()
    server.log.clear()
    server.blobs.clear()
    return server


@pytest.fixture
def push(client):
    return lambda *arguments, token=TOKEN, **settings: client(call_push, token, *arguments, **settings)


@pytest.fixture
def refused(client):
    """A push that must fail; gives the message, which holds no token."""

    def refused(*arguments, token=TOKEN, match, **settings):
        with pytest.raises(HubError, match=match) as caught:
            client(call_push, token, *arguments, **settings)
        text = f"{caught.value}{caught.value.__dict__}"
        assert "hf_" not in text
        assert "s3cr3t" not in text
        assert caught.value.hint
        return str(caught.value)

    return refused


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("made"))


@pytest.fixture
def run(made, tmp_path):
    return shutil.copytree(made, tmp_path / "run")
