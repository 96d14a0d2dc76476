"""The whole local start, with real processes: one start, what may go wrong beside it, and a violent end."""

import http.client
import json
import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest

from deploy.local import listeners, up
from deploy.local.errors import StartError
from deploy.local.supervisor import Program, Supervisor
from tests.ground.running import PROJECT_DIR, clean_environment, processes_naming, started, wait_for

pytestmark = pytest.mark.xdist_group("up")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def manage(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=PROJECT_DIR,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def status_of(port: int, path: str, host: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()


def test_one_start_from_first_page_to_kill_9_and_back(tmp_path):
    """One long test, since every start costs seconds."""
    data, port, output = tmp_path / "data", free_port(), tmp_path / "out"
    words = ("manage.py", "up", "--port", str(port), "--data-dir", str(data), "--workers", "1")
    with started(*words, output=output) as up:
        assert wait_for(lambda: "Portico is ready" in output.read_text() or up.poll() is not None, 170)
        said = output.read_text()
        assert up.poll() is None, said
        assert f"http://localhost:{port}/" in said
        assert f"http://nordwarm.localhost:{port}/" in said
        links = re.findall(r"sign in as (owner|agent|customer) +(http\S+)", said)
        assert [role for role, _link in links] == ["owner", "agent", "customer"] * 3
        assert re.findall(r"Sample portal +http://(\w+)\.", said) == ["nordwarm", "ledger", "chicago"]
        assert status_of(port, "/", f"localhost:{port}") == 200
        assert status_of(port, "/signin/", f"nordwarm.localhost:{port}") == 200
        _another_on_the_same_data_is_refused(data, port, up.pid)
        _another_on_the_same_port_is_refused(tmp_path / "other", port)
        beside = manage("tenants", "--json", PORTICO_DATA_DIR=str(data))
        assert beside.returncode == 0, beside.stderr
        assert "nordwarm" in beside.stdout
        words_of_link = ("signin_link", "--tenant", "nordwarm", "--email", "maren.holt@example.com")
        link = manage(*words_of_link, PORTICO_DATA_DIR=str(data))
        assert f"http://nordwarm.localhost:{port}/" in link.stdout, link.stderr
        _write_a_row(data)
        up.send_signal(signal.SIGKILL)
        up.wait()
    assert wait_for(lambda: not processes_naming(str(data))), processes_naming(str(data))

    with started(*words, output=output) as up:
        assert wait_for(lambda: "Portico is ready" in output.read_text() or up.poll() is not None, 120)
        assert up.poll() is None, output.read_text()
        assert _rows(data) == [(7,)]
        assert "Making the sample" not in output.read_text()
        up.send_signal(signal.SIGTERM)
        assert up.wait(60) == 0
        assert wait_for(lambda: processes_naming(str(data)) == [])
    alone = manage("tenants", "--json", PORTICO_DATA_DIR=str(data))
    assert "nordwarm" in alone.stdout, alone.stderr
    assert wait_for(lambda: processes_naming(str(data)) == [])


def _another_on_the_same_data_is_refused(data: Path, port: int, number: int) -> None:
    second = manage("up", "--data-dir", str(data), "--port", str(free_port()))
    assert second.returncode == 1
    assert f"already runs from {data} (process {number}, http://localhost:{port}/)" in second.stderr


def _another_on_the_same_port_is_refused(data: Path, port: int) -> None:
    other = manage("up", "--data-dir", str(data), "--port", str(port))
    assert other.returncode == 1
    assert f"Port {port} is already in use" in other.stderr
    assert f"--port {port + 1}" in other.stderr


def _url(data: Path) -> str:
    return json.loads((data / "run" / "servers.json").read_text())["DATABASE_URL"]


def _write_a_row(data: Path) -> None:
    with psycopg.connect(_url(data)) as connection:
        connection.execute("CREATE TABLE public.kept AS SELECT 7 AS n")


def _rows(data: Path):
    with psycopg.connect(_url(data)) as connection:
        return connection.execute("SELECT n FROM public.kept").fetchall()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_middle_of_the_start_leaves_no_process(tmp_path, number):
    data, output = tmp_path / "data", tmp_path / "out"
    with started(
        "manage.py", "up", "--no-sample", "--port", str(free_port()), "--data-dir", str(data), output=output
    ) as up:
        assert wait_for(lambda: "Bringing" in output.read_text())
        up.send_signal(number)
        assert up.wait(60) == 0
        assert wait_for(lambda: processes_naming(str(data)) == [])
        assert output.read_text().endswith("Stopped.\n")


def test_a_taken_port_is_told_before_anything_starts():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"Port {port} is already in use"):
            listeners.web_listeners(port)


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_what_is_no_port_is_told(port, capsys):
    with pytest.raises(SystemExit, match="2"):
        up._parse(["--port", port])
    assert "--port" in capsys.readouterr().err


def test_a_command_on_a_new_database_says_what_comes_first(tmp_path):
    """Without `up` before it; no traceback, and nothing is left running."""
    data = tmp_path / "data"
    done = manage("tenants", PORTICO_DATA_DIR=str(data))
    assert done.returncode == 1
    assert done.stderr.strip().endswith("Bring it there first: manage.py migrate_fleet")
    assert "Traceback" not in done.stderr
    assert wait_for(lambda: processes_naming(str(data)) == [])


def test_both_loopback_addresses_are_served_on_one_port():
    found = listeners.web_listeners(0)
    try:
        assert len({each.getsockname()[1] for each in found}) == 1
    finally:
        for each in found:
            each.close()


@pytest.fixture
def supervisor(tmp_path):
    with (tmp_path / "lock").open("w") as lock:
        found = Supervisor(lock.fileno())
        yield found
        found.stop()


def program(tmp_path: Path, code: str, name: str = "child") -> Program:
    return Program(name, [sys.executable, "-c", code, str(tmp_path)], tmp_path / f"{name}.log")


def tend_until(supervisor: Supervisor, condition) -> bool:
    def look() -> object:
        supervisor.tend()
        return condition()

    return wait_for(look)


def test_a_crashed_child_is_started_again(tmp_path, supervisor):
    supervisor.start(program(tmp_path, "print('once', flush=True)"))
    assert tend_until(supervisor, lambda: (tmp_path / "child.log").read_text().count("once") >= 2)


def test_a_child_that_ignores_sigterm_and_its_children_are_gone_after_stop(tmp_path, supervisor, monkeypatch):
    from deploy.local import supervisor as module

    monkeypatch.setattr(module, "_STOP_SECONDS", 1)
    stubborn = (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(99)\n"
    )
    start = f"subprocess.Popen([sys.executable, '-c', {stubborn!r}, sys.argv[1]])"
    parent = f"import subprocess, sys, time\n{start}\ntime.sleep(99)\n"
    supervisor.start(program(tmp_path, parent))
    assert wait_for(lambda: "up" in (tmp_path / "child.log").read_text())
    supervisor.stop()
    # Killed with its group, but not our child: the system takes a moment to bury it.
    assert wait_for(lambda: processes_naming(str(tmp_path)) == [])


def test_the_guard_ends_the_children_of_a_killed_supervisor_and_keeps_the_lock_until_then(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from deploy.local.lock import FileLock\n"
        "from deploy.local.supervisor import Program, Supervisor\n"
        "folder = Path(sys.argv[1]); lock = FileLock(folder / 'lock'); lock.try_acquire()\n"
        "found = Supervisor(lock.fileno())\n"
        "child = [sys.executable, '-c', 'import time; time.sleep(99)', 'guarded-child', str(folder)]\n"
        "found.start(Program('child', child, folder / 'child.log'))\n"
        "print('up', flush=True); time.sleep(99)\n"
    )
    from deploy.local.lock import is_held

    output = tmp_path / "out"
    with started("-c", code, str(tmp_path), output=output) as parent:
        assert wait_for(lambda: "up" in output.read_text())
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        assert wait_for(lambda: not is_held(tmp_path / "lock"))
        assert not [line for line in processes_naming(str(tmp_path)) if "guarded-child" in line]


def test_the_mail_sink_keeps_every_message_as_it_came(tmp_path):
    listener = listeners.mail_listener()
    port = listener.getsockname()[1]
    command = [sys.executable, "-m", "deploy.local.mailsink", "--descriptor", str(listener.fileno())]
    sink = subprocess.Popen(
        [*command, "--folder", str(tmp_path / "mail")], pass_fds=[listener.fileno()], cwd=PROJECT_DIR
    )
    try:
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = "Größe", "a@x.example", "b@x.example"
        message.set_content("Grüße\n.\nafter a dot")
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            for _number in range(3):
                client.send_message(message)
        kept = sorted((tmp_path / "mail").glob("*.eml"))
        assert len(kept) == 3
        assert b"after a dot" in kept[0].read_bytes()
        assert not list((tmp_path / "mail").glob(".*"))
    finally:
        sink.terminate()
        assert sink.wait(20) == 0
        listener.close()
