"""One server for all processes of a run of the tests: the first that needs it starts it, the last one takes it away.

Who uses it holds the server's input open and a shared lock; the kernel lets go of both when a process is killed, so the
server never outlives the run, whatever becomes of the processes.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.elastic.server import Node, new_room


def worker() -> str:
    """Name of this process among those of the run, for names on a server that they share."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@contextmanager
def shared(folder: Path) -> Iterator[Node]:
    """The run's server without logins. `folder` is the one that the run's processes have in common."""
    note = folder / "elastic.json"
    with (folder / "elastic.users").open("w") as users:
        with _alone(folder):
            node = _joined(note) or _started(note)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield node
        finally:
            with _alone(folder):
                _leave(node, note, last=_only(users.fileno()))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time comes or goes; the others wait while a server starts."""
    with (folder / "elastic.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _only(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _started(note: Path) -> Node:
    node = Node(folder=new_room() / "one", quick=True)
    try:
        node.prepare()
        node.start()
        node.wait()
    except BaseException:
        node.stop()
        shutil.rmtree(node.folder.parent, ignore_errors=True)
        raise
    assert node.process is not None
    about = {"folder": str(node.folder), "port": node.port, "transport": node.transport, "pid": node.process.pid}
    note.write_text(json.dumps(about))
    return node


def _joined(note: Path) -> Node | None:
    """The server that another process has started; None without one that still reads its input."""
    if not note.exists():
        return None
    about = json.loads(note.read_text())
    node = Node(folder=Path(about["folder"]), port=about["port"], transport=about["transport"])
    try:
        node.hold = os.open(node.pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None
    return node


def _leave(node: Node, note: Path, *, last: bool) -> None:
    if not last:
        node.leave()
        return
    number = json.loads(note.read_text())["pid"]
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)
    node.stop()
    note.unlink()
    shutil.rmtree(node.folder.parent, ignore_errors=True)
