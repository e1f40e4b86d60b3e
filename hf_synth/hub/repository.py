"""A dataset repo on the Hub: what is in it, and a commit to it; what goes wrong becomes a `HubError`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi, RepoFile
from huggingface_hub.errors import (
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from hf_synth.errors import ConfigError, HubError

_REPO = re.compile(r"(?!.*(--|\.\.|\.git$))(\w[\w.-]*)?\w/(\w[\w.-]*)?\w", re.ASCII)
_SECRETS = re.compile(r"hf_[A-Za-z0-9]{20,}|(?<=Bearer )\S+|(?<=://)[^/@\s]+(?=@)|(?<=[?&])[^=&\s]*=[^&\s]+")


_ANSWERS = {
    401: ("the token is not accepted", "Log in with a token that may write: hf auth login, or HF_TOKEN."),
    403: ("no permission", "Ask its owner for write access, or use a token that has it: hf auth login, or HF_TOKEN."),
    404: ("not found", "Check the name; a private repo is not shown to those who have no access."),
    429: ("too many requests", "Wait a few minutes, and push again."),
}


class MovedError(HubError):
    """Somebody else has committed since the repo was read."""


@dataclass(frozen=True)
class State:
    """A repo at one commit.

    Args:
        commit: The commit; empty if the repo or the branch is not there yet.
        exists: Whether the repo is there.
        private: Whether only some people see it.
        files: All files.
        oids: Hashes of the files of a folder: sha256 of large ones, those of the git blobs of others.
        card: Its README; empty if there is none.
    """

    commit: str = ""
    exists: bool = False
    private: bool = False
    files: frozenset[str] = frozenset()
    oids: Mapping[str, str] = field(default_factory=dict)
    card: str = ""


class Repository:
    """A dataset repo.

    Args:
        repo_id: `user/name`.
        branch: Branch to read and write.
        token: What the Hub knows the user by; None for nobody.

    Raises:
        ConfigError: The id is no id of a repo.
    """

    def __init__(self, repo_id: str, branch: str, token: str | None) -> None:
        if not _REPO.fullmatch(repo_id):
            raise ConfigError(
                f"{repo_id!r} is no repo of the Hub", hint="Write user/name: letters, digits, _, . and -."
            )
        self.repo_id, self.branch, self._token = repo_id, branch, token
        self._api = HfApi(token=token or False, library_name="hf-synth")
        self.url = self._redact(f"{self._api.endpoint}/datasets/{repo_id}")

    def read(self, folder: str) -> State:
        """Read the head of the branch.

        Args:
            folder: Folder in the repo whose files' hashes are wanted; empty for the top.

        Returns:
            The state; an empty one if there is no such repo or branch.

        Raises:
            HubError: The Hub cannot be reached, or does not let the user in.
        """
        with self._explained("reading"):
            try:
                info = self._api.dataset_info(self.repo_id, revision=self.branch)
            except RevisionNotFoundError:
                info = self._api.dataset_info(self.repo_id)
                return State(exists=True, private=bool(info.private))
            except RepositoryNotFoundError:
                return State()
            commit, files = str(info.sha), frozenset(file.rfilename for file in info.siblings or ())
            oids: dict[str, str] = {}
            if any(name.startswith(f"{folder}/" if folder else "") for name in files):
                tree = self._api.list_repo_tree(self.repo_id, folder or None, repo_type="dataset", revision=commit)
                for file in tree:
                    if isinstance(file, RepoFile):
                        oids[file.path] = file.lfs.sha256 if file.lfs else file.blob_id
            return State(commit, True, bool(info.private), files, oids, self._read_card(files, commit))

    def _read_card(self, files: frozenset[str], commit: str) -> str:
        if "README.md" not in files:
            return ""
        path = self._api.hf_hub_download(self.repo_id, "README.md", repo_type="dataset", revision=commit)
        try:
            return Path(path).read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise HubError(
                f"README.md of {self.repo_id} is not UTF-8 ({error}), so nothing can be added to it",
                hint="Save it in UTF-8 on the Hub.",
            ) from None

    def create(self, private: bool) -> None:
        """Make the repo and the branch, if they are not there.

        Args:
            private: Whether only the user and the user's organisation may see a new repo.

        Raises:
            HubError: The user may not, or the Hub cannot be reached.
        """
        with self._explained("making"):
            self._api.create_repo(self.repo_id, repo_type="dataset", private=private or None, exist_ok=True)
            if self.branch != "main" and not self.branch.startswith("refs/"):
                self._api.create_branch(self.repo_id, branch=self.branch, repo_type="dataset", exist_ok=True)

    def commit(self, changed: Mapping[str, Path | bytes], deleted: Sequence[str], message: str, parent: str) -> str:
        """Write all changes at once, or nothing.

        Args:
            changed: New contents by path in the repo.
            deleted: Paths to delete.
            message: First line of the commit.
            parent: The commit that these are changes of.

        Returns:
            The new commit.

        Raises:
            MovedError: The branch is no longer at `parent`.
            HubError: The user may not, or the Hub cannot be reached.
        """
        operations: list[CommitOperationAdd | CommitOperationCopy | CommitOperationDelete] = [
            *(CommitOperationAdd(path_in_repo=path, path_or_fileobj=content) for path, content in changed.items()),
            *(CommitOperationDelete(path_in_repo=path) for path in deleted),
        ]
        with self._explained("writing to"):
            done = self._api.create_commit(
                self.repo_id,
                operations,
                commit_message=message,
                repo_type="dataset",
                revision=self.branch,
                parent_commit=parent,
            )
        return str(done.oid)

    @contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        """Turn what the client raises into a `HubError` that holds no secret."""
        try:
            yield
        except HubError:
            raise
        except (OSError, RuntimeError, ValueError) as error:
            raise self._explain(error, doing) from None
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in ("httpx", "httpx2", "httpcore"):
                raise
            raise self._explain(error, doing) from None

    def _explain(self, error: BaseException, doing: str) -> HubError:
        while isinstance(error, RuntimeError) and error.__cause__ is not None:  # an upload in a thread
            error = error.__cause__
        what = f"{doing} {self.url} failed"
        said = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, OfflineModeIsEnabled):
            return HubError(f"{what}: HF_HUB_OFFLINE is set", hint="Unset it to reach the Hub.")
        if not isinstance(error, HfHubHTTPError):
            if "metadata in README.md" in said:
                return HubError(self._redact(f"{what}: {said}"), hint="Mend the card, and push again.")
            return HubError(
                self._redact(f"{what}: it broke off ({type(error).__name__}: {said})"),
                hint="Push again: nothing is half published, and what arrived is not sent twice.",
            )
        status = error.response.status_code
        said = self._redact(error.server_message or said)
        if status in (409, 412):
            return MovedError(f"{what}: someone else has committed to {self.branch} meanwhile", hint="Push again.")
        if status >= 500:
            return HubError(f"{what}: HTTP {status} ({said})", hint="The Hub has a problem: push again later.")
        reason, hint = _ANSWERS.get(status, (f"HTTP {status}", "Mend what the Hub says."))
        return HubError(f"{what}: {reason} ({said})", hint=hint)

    def _redact(self, text: str) -> str:
        """Take tokens, credentials and signatures out of a text."""
        return _SECRETS.sub("***", text.replace(self._token, "***") if self._token else text)
