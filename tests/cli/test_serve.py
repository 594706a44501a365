"""``recommender serve`` as a process: one line when ready, a clean end, clear words when it cannot start."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from recommender.cli.serve import listen
from recommender.cli.serving import Site
from recommender.domain.errors import Rejected
from tests.cli.conftest import ANSWERS, Program
from tests.cli.test_commands import errors
from tests.needs import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
COMMAND = [sys.executable, "-m", "recommender", "serve"]


@contextmanager
def serving(program: Program, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and the address of its line; killed if the test did not end it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RECOMMENDER_")}
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**environment, **program.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Serving on http://"), line + process.communicate()[1]
        yield process, line.removeprefix("Serving on ").strip()
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def get(address: str, path: str, *, body: bytes | None = None) -> tuple[int, bytes]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection.request("GET" if body is None else "POST", path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_it_says_one_line_serves_and_ends_cleanly(program: Program) -> None:
    with serving(program, "--port", "0", "--workers", "2") as (process, address):
        assert urlsplit(address).hostname == "127.0.0.1"
        assert urlsplit(address).port not in (0, 8000, None)
        assert get(address, "/readyz")[0] == 200
        status, body = get(address, "/api/v1/recommendations", body=ANSWERS.read_bytes())
        assert status == 200
        ended = program("recommend", str(ANSWERS), "--format", "json")
        assert json.loads(body) == json.loads(ended.out)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")
    with pytest.raises(OSError, match="refused"):
        get(address, "/readyz")
    assert (program.folder / "var" / "recommender.db").is_file()


def test_a_request_under_way_is_answered_before_the_end(program: Program) -> None:
    with serving(program, "--port", "0", "--workers", "1") as (process, address):
        port = urlsplit(address).port
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(
                b"POST /api/v1/recommendations HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                b"Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
            )
            assert connection.recv(100).startswith(b"HTTP/1.1 100")  # a worker has it
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert process.poll() is None
            connection.sendall(b"{}")
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b'"recommendations"' in answer
        assert process.wait(timeout=30) == 0


def test_a_port_in_use_is_one_line_with_status_2(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = program("serve", "--port", port)
        as_json = program("serve", "--port", port, "--format", "json")
    assert (ended.status, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert port in ended.err
    assert (as_json.status, errors(as_json.err)) == (2, {f"127.0.0.1:{port}": "port_in_use"})
    assert list(program.folder.iterdir()) == []


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(Rejected) as refusal:
        listen("no-such-host.invalid", 0)
    assert [problem.code for problem in refusal.value.problems] == ["host_unknown"]


def test_a_faulty_model_is_refused_before_serving(program: Program) -> None:
    ended = program(
        "serve", "--port", "0", "--format", "json", RECOMMENDER_MODELS_DIR=str(program.folder / "none")
    )
    assert (ended.status, ended.out) == (2, "")
    assert list(errors(ended.err).values()) == ["model_none_current"]


def test_a_newer_database_is_refused_before_serving(program: Program) -> None:
    import sqlite3

    program("db", "upgrade")
    database = sqlite3.connect(program.folder / "var" / "recommender.db")
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.commit()
    database.close()
    ended = program("serve", "--port", "0", "--format", "json")
    assert (ended.status, ended.out) == (3, "")
    assert list(errors(ended.err).values()) == ["database_newer"]


def test_a_killed_worker_is_replaced(program: Program) -> None:
    with serving(program, "--port", "0", "--workers", "1") as (process, address):
        [worker] = _children(process.pid)
        os.kill(worker, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while _children(process.pid) in ([], [worker]) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert get(address, "/readyz")[0] == 200
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=30)[0] == ""


def _children(pid: int) -> list[int]:
    listed = subprocess.run(  # the columns are the same on Linux and macOS
        ["ps", "-A", "-o", "pid=,ppid="],  # noqa: S607 - ps from PATH
        capture_output=True,
        text=True,
        check=True,
    )
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return [int(child) for child, parent in pairs if int(parent) == pid]


def test_without_fork_waitress_serves_and_says_the_same_line() -> None:
    pytest.importorskip("waitress")
    code = (
        "from recommender.cli.serve import listen\n"
        "from recommender.cli.serving import Site, serve_with_threads\n"
        "def app(environ, start):\n"
        "    start('200 OK', [('Content-Type', 'text/plain')]); return [b'ready']\n"
        "serve_with_threads(Site(app, listen('127.0.0.1', 0), '127.0.0.1', 2, lambda: None))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Serving on http://127.0.0.1:")
        assert get(line.split()[-1], "/") == (200, b"ready")
    finally:
        process.kill()
        process.communicate()


def test_the_address_of_a_site_is_the_one_asked_for() -> None:
    with listen("127.0.0.1", 0) as listener:
        site = Site(lambda _environ, _start: [], listener, "0.0.0.0", 1, lambda: None)  # noqa: S104 - not bound
        assert site.address == f"http://0.0.0.0:{listener.getsockname()[1]}"
        assert Site(site.app, listener, "::1", 1, site.forked).address.startswith("http://[::1]:")
