"""A small Hub on a real socket: what `huggingface_hub` and `datasets` need to read and write dataset repos.

Everything is kept in memory. Requests are logged, and a `Fault` makes one of them fail as networks and servers do.
"""

import base64
import hashlib
import json
import re
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

LARGE = (".parquet", ".arrow", ".bin")


@dataclass
class Fault:
    """What goes wrong with a request, once or as often as said.

    `after` cuts the connection after so many bytes of the request's body; `lost` does what is asked and cuts the
    connection before the answer; `status` answers with an error that says `message`; `do` calls a function first.
    """

    method: str
    path: str
    after: int | None = None
    lost: bool = False
    status: int | None = None
    message: str = "a fault of the test"
    do: object = None
    times: int = 1


@dataclass
class Repo:
    private: bool = False
    branches: dict = field(default_factory=dict)
    commits: dict = field(default_factory=dict)

    def commit(self, files, branch="main"):
        oid = hashlib.sha1(f"{id(self)} {len(self.commits)}".encode()).hexdigest()
        self.commits[oid], self.branches[branch] = dict(files), oid
        return oid

    def find(self, revision):
        """A commit by its hash or by the name of a branch."""
        name = unquote(revision).removeprefix("refs/heads/")
        oid = self.branches.get(name, name)
        return oid if oid in self.commits else None

    @property
    def files(self):
        return self.commits[self.branches["main"]]


@dataclass
class Hub:
    """The state of the server: who may do what, and what there is."""

    users: dict = field(default_factory=dict)  # token: name
    repos: dict = field(default_factory=dict)  # user/name: Repo
    blobs: dict = field(default_factory=dict)  # sha256: bytes
    log: list = field(default_factory=list)  # (method, path, body)
    faults: list = field(default_factory=list)
    url: str = ""

    def add(self, repo_id, files=(), private=False):
        repo = self.repos[repo_id] = Repo(private)
        repo.commit({".gitattributes": b"*.parquet filter=lfs\n", **dict(files)})
        return repo

    def requests(self, method, path):
        return [request for request in self.log if request[0] == method and re.search(path, request[1])]


@contextmanager
def serve_hub(users):
    """Run a Hub on a free port."""
    hub = Hub(users=dict(users))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Refused(Exception):
    """An answer that is an error: status, code and message as the Hub gives them."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub = None
    lock = threading.Lock()

    def log_message(self, *_):
        pass

    def handle_request(self):
        fault = self.find_fault()
        body = self.read_body(fault.after if fault else None)
        if fault and fault.after is not None:
            return self.cut()
        path = urlsplit(self.path)
        with self.lock:
            self.hub.log.append((self.command, self.path, body))
            if fault and fault.do:
                fault.do()
            try:
                if fault and fault.status:
                    raise Refused(fault.status, "", fault.message)
                answer = self.route(path.path, parse_qs(path.query), body)
            except Refused as error:
                status, code, message = error.args
                headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
                answer = status, {"error": message}, headers
        if fault and fault.lost:
            return self.cut()
        return self.answer(*answer)

    do_GET = do_HEAD = do_POST = do_PUT = handle_request

    def find_fault(self):
        for fault in self.hub.faults:
            if fault.times and fault.method == self.command and re.search(fault.path, self.path):
                fault.times -= 1
                return fault
        return None

    def read_body(self, limit):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length if limit is None else min(limit, length))

    def cut(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def answer(self, status, content=None, headers=()):
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        kind = "application/octet-stream" if isinstance(content, bytes) else "application/json"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(raw)), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)

    # Who may do what

    def user(self):
        sent = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if sent and sent not in self.hub.users:
            raise Refused(401, "", "Invalid credentials in Authorization header")
        return self.hub.users.get(sent)

    def repo(self, repo_id, write=False):
        user, repo = self.user(), self.hub.repos.get(repo_id)
        mine = user == repo_id.partition("/")[0]
        if repo is None or (repo.private and not mine):
            raise Refused(404 if user else 401, "RepoNotFound", "Repository not found")
        if write and not mine:
            raise Refused(403, "", "You don't have the rights to write to this repo")
        return repo

    def commit_of(self, repo, revision):
        oid = repo.find(revision)
        if oid is None:
            raise Refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return oid, repo.commits[oid]

    # What there is to ask

    def route(self, path, query, body):
        for method, pattern, action in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method == self.command.replace("HEAD", "GET"):
                return action(self, *map(unquote, found.groups()), query=query, body=body)
        raise Refused(404, "", f"this Hub knows no {self.command} {path}")

    def who(self, **_):
        return 200, {"type": "user", "name": self.user(), "orgs": [], "auth": {"accessToken": {"role": "write"}}}

    def validate(self, body, **_):
        if "license: bad-licence" in json.loads(body)["content"]:
            return 400, {"errors": [{"message": '"license" must be one of [...]'}], "warnings": []}
        return 200, {"errors": [], "warnings": []}

    def create(self, body, **_):
        asked, user = json.loads(body), self.user()
        owner = asked.get("organization") or user
        repo_id = f"{owner}/{asked['name']}"
        if owner != user:
            raise Refused(403, "", f"You don't have the rights to create a dataset under the namespace {owner!r}")
        url = f"{self.hub.url}/datasets/{repo_id}"
        if repo_id in self.hub.repos:
            return 409, {"error": "You already created this dataset repo", "url": url}
        self.hub.add(repo_id, private=asked.get("visibility") == "private" or bool(asked.get("private")))
        return 200, {"url": url, "name": repo_id}

    def create_branch(self, repo_id, branch, **_):
        repo = self.repo(repo_id, write=True)
        if branch in repo.branches:
            raise Refused(409, "", "Reference already exists")
        repo.branches[branch] = repo.branches["main"]
        return 200, {}

    def info(self, repo_id, revision="main", **_):
        repo = self.repo(repo_id)
        oid, files = self.commit_of(repo, revision)
        siblings = [{"rfilename": name} for name in files]
        return 200, {"id": repo_id, "sha": oid, "private": repo.private, "tags": [], "siblings": siblings}

    def refs(self, repo_id, **_):
        branches = self.repo(repo_id).branches.items()
        found = [{"name": name, "ref": f"refs/heads/{name}", "targetCommit": oid} for name, oid in branches]
        return 200, {"branches": found, "tags": [], "converts": []}

    def tree(self, repo_id, revision, folder="", query=None, **_):
        _, files = self.commit_of(self.repo(repo_id), revision)
        start = f"{folder.strip('/')}/" if folder.strip("/") else ""
        deep = query.get("recursive", ["false"])[0].lower() == "true"
        below = {name[len(start) :] for name in files if name.startswith(start)}
        if start and not below:
            raise Refused(404, "EntryNotFound", f"{folder} does not exist on {revision!r}")
        folders = {name[: cut.start()] for name in below for cut in re.finditer("/", name)}
        shown = [name for name in sorted(folders | below) if deep or "/" not in name]
        return 200, [describe(start + name, files.get(start + name)) for name in shown]

    def paths_info(self, repo_id, revision, body, **_):
        _, files = self.commit_of(self.repo(repo_id), revision)
        wanted = [path.strip("/") for path in parse_qs(body.decode()).get("paths", [])]
        folders = [path for path in wanted if any(name.startswith(path + "/") for name in files)]
        return 200, [describe(path, files.get(path)) for path in wanted if path in files or path in folders]

    def preupload(self, repo_id, revision, body, **_):
        _, files = self.commit_of(self.repo(repo_id, write=True), revision)
        answers = []
        for asked in json.loads(body)["files"]:
            path, there = asked["path"], files.get(asked["path"])
            mode = "lfs" if path.endswith(LARGE) else "regular"
            answers.append(
                {"path": path, "uploadMode": mode, "shouldIgnore": False, "oid": there and hash_of(path, there)}
            )
        return 200, {"files": answers}

    def batch(self, repo_id, body, **_):
        self.repo(repo_id, write=True)
        objects = []
        for asked in json.loads(body)["objects"]:
            href = {"href": f"{self.hub.url}/store/{asked['oid']}?X-Signature=s3cr3t"}
            verify = {"href": f"{self.hub.url}/verify", "header": {}}
            actions = {} if asked["oid"] in self.hub.blobs else {"actions": {"upload": href, "verify": verify}}
            objects.append({"oid": asked["oid"], "size": asked["size"], **actions})
        return 200, {"transfer": "basic", "objects": objects}

    def store(self, oid, body, **_):
        if hashlib.sha256(body).hexdigest() != oid:
            raise Refused(400, "", "the hash is another one")
        self.hub.blobs[oid] = body
        return 200, {}

    def verify(self, **_):
        return 200, {}

    def commit(self, repo_id, branch, body, **_):
        repo = self.repo(repo_id, write=True)
        oid, files = self.commit_of(repo, branch)
        files = dict(files)
        for line in map(json.loads, body.splitlines()):
            key, value = line["key"], line["value"]
            if key == "header" and value.get("parentCommit") not in (None, oid):
                raise Refused(412, "", "A commit has happened since. Please refresh and try again.")
            if key == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif key == "lfsFile":
                files[value["path"]] = self.hub.blobs[value["oid"]]
            elif key == "deletedFile":
                del files[value["path"]]
        made = repo.commit(files, branch)
        url = f"{self.hub.url}/datasets/{repo_id}/commit/{made}"
        return 200, {"success": True, "commitOid": made, "commitUrl": url}

    def resolve(self, repo_id, revision, path, **_):
        oid, files = self.commit_of(self.repo(repo_id), revision)
        headers = {"X-Repo-Commit": oid, "Accept-Ranges": "bytes"}
        if path not in files:
            raise Refused(404, "EntryNotFound", "Entry not found")
        content = files[path]
        headers["ETag"] = f'"{hash_of(path, content)}"'
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not asked:
            return 200, content, headers
        first, last = int(asked[1]), min(int(asked[2] or len(content)), len(content) - 1)
        if first > last:
            raise Refused(416, "", "no such range")
        return 206, content[first : last + 1], {**headers, "Content-Range": f"bytes {first}-{last}/{len(content)}"}


REPO = r"([^/]+/[^/]+)"
ROUTES = [
    ("GET", r"/api/whoami-v2", Handler.who),
    ("POST", r"/api/validate-yaml", Handler.validate),
    ("POST", r"/api/repos/create", Handler.create),
    ("GET", rf"/api/datasets/{REPO}", Handler.info),
    ("GET", rf"/api/datasets/{REPO}/refs", Handler.refs),
    ("GET", rf"/api/datasets/{REPO}/revision/([^/]+)", Handler.info),
    ("POST", rf"/api/datasets/{REPO}/branch/([^/]+)", Handler.create_branch),
    ("GET", rf"/api/datasets/{REPO}/tree/([^/]+)", Handler.tree),
    ("GET", rf"/api/datasets/{REPO}/tree/([^/]+)/(.+)", Handler.tree),
    ("POST", rf"/api/datasets/{REPO}/paths-info/([^/]+)", Handler.paths_info),
    ("POST", rf"/api/datasets/{REPO}/preupload/([^/]+)", Handler.preupload),
    ("POST", rf"/api/datasets/{REPO}/commit/([^/]+)", Handler.commit),
    ("POST", rf"/datasets/{REPO}\.git/info/lfs/objects/batch", Handler.batch),
    ("PUT", r"/store/(\w+)", Handler.store),
    ("POST", r"/verify", Handler.verify),
    ("GET", rf"/datasets/{REPO}/resolve/([^/]+)/(.+)", Handler.resolve),
]


def hash_of(path, content):
    """The hash that the Hub calls a file by: its sha256 if it is stored as a large file, else that of a git blob."""
    if path.endswith(LARGE):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def describe(path, content):
    """A file, or a folder if there is no content, as the Hub lists it."""
    if content is None:
        return {"type": "directory", "oid": "0" * 40, "size": 0, "path": path}
    large = {"lfs": {"oid": hash_of(path, content), "size": len(content), "pointerSize": 130}}
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    return {"type": "file", "oid": blob, "size": len(content), "path": path, **(large if path.endswith(LARGE) else {})}
