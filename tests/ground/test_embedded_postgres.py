"""The embedded PostgreSQL survives everything that happens to a process on a developer's machine."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from deploy.local import run_as
from deploy.local.errors import StartError
from deploy.local.paths import DataDir, make_private
from deploy.local.postgres import PostgresServer, clear_leftovers
from tests.ground.running import wait_for

pytestmark = pytest.mark.xdist_group("embedded")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A made cluster, copied by each test: making one takes most of the time."""
    data_dir = DataDir.of(tmp_path_factory.mktemp("cluster"))
    data_dir.prepare()
    server = PostgresServer(data_dir, throwaway=True)
    server.start()
    server.stop()
    return data_dir.root


def copy_of(cluster: Path, place: Path) -> DataDir:
    shutil.copytree(cluster, place)
    return DataDir.of(place)


def ask(server: PostgresServer, statement: str):
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else None


def test_serves_version_18_on_a_socket_only_its_owner_can_reach(cluster, tmp_path):
    data_dir = copy_of(cluster, tmp_path / "d")
    server = PostgresServer(data_dir)
    server.start()
    try:
        assert ask(server, "SHOW listen_addresses") == [("",)]
        assert int(ask(server, "SHOW server_version_num")[0][0]) >= 180000
        assert data_dir.sockets.stat().st_mode & 0o077 == 0
        assert ask(server, "SHOW fsync") == [("on",)]
    finally:
        server.stop()
    assert not data_dir.sockets.exists()


def test_data_are_whole_after_kill_9(cluster, tmp_path):
    data_dir = copy_of(cluster, tmp_path / "d")
    server = PostgresServer(data_dir)
    server.start()
    ask(server, "CREATE TABLE kept (n int)")
    ask(server, "INSERT INTO kept SELECT generate_series(1, 1000)")
    assert server.process
    server.process.kill()
    server.process.wait()
    again = PostgresServer(data_dir)
    again.start()
    try:
        assert ask(again, "SELECT count(*) FROM kept") == [(1000,)]
    finally:
        again.stop()


def test_a_server_that_outlived_its_runner_is_taken_down_and_started_again(cluster, tmp_path):
    data_dir = copy_of(cluster, tmp_path / "d")
    forgotten, server = PostgresServer(data_dir), PostgresServer(data_dir)
    forgotten.start()
    ask(forgotten, "CREATE TABLE kept (n int)")
    assert forgotten.process
    reaper = forgotten.process
    server.start()
    try:
        assert reaper.wait(10) is not None
        assert ask(server, "SELECT count(*) FROM kept") == [(0,)]
    finally:
        server.stop()


def test_a_foreign_process_with_the_number_of_a_stale_pid_file_is_never_signalled(cluster, tmp_path):
    data_dir = copy_of(cluster, tmp_path / "d")
    data = data_dir.root / "postgres"
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "postgres", "-D", str(data)])
    try:
        (data / "postmaster.pid").write_text(
            f"{bystander.pid}\n{data}\n0\n5432\n{data_dir.sockets}\n\n 1 1\nready   \n"
        )
        make_private(data_dir.sockets, os.geteuid())
        (data_dir.sockets / ".s.PGSQL.5432.lock").write_text(f"{bystander.pid}\n{data}\n")
        server = PostgresServer(data_dir)
        server.start()
        try:
            assert ask(server, "SELECT 1") == [(1,)]
            assert bystander.poll() is None
        finally:
            server.stop()
    finally:
        bystander.kill()
        bystander.wait()


def test_a_pid_file_of_nobody_is_removed(cluster, tmp_path):
    data_dir = copy_of(cluster, tmp_path / "d")
    gone = subprocess.Popen(["/bin/true"])
    gone.wait()
    lock = data_dir.root / "postgres" / "postmaster.pid"
    lock.write_text(f"{gone.pid}\n")
    clear_leftovers(lock.parent, data_dir.sockets)
    assert not lock.exists()


def test_works_below_a_path_longer_than_a_socket_address(cluster, tmp_path):
    deep = tmp_path / ("d" * 90) / ("e" * 90) / ("f" * 60)
    deep.parent.mkdir(parents=True)
    server = PostgresServer(copy_of(cluster, deep))
    server.start()
    try:
        assert ask(server, "SELECT 1") == [(1,)]
    finally:
        server.stop()


def test_an_interrupted_first_start_is_begun_anew(tmp_path):
    data_dir = DataDir.of(tmp_path / "d")
    data_dir.prepare()
    half = data_dir.root / "postgres.new"
    half.mkdir(mode=0o700)
    (half / "PG_VERSION").write_text("18\n")
    server = PostgresServer(data_dir, throwaway=True)
    server.start()
    try:
        assert ask(server, "SELECT current_database()") == [("portico",)]
        assert not half.exists()
    finally:
        server.stop()


def test_a_socket_folder_put_there_by_others_is_refused(tmp_path):
    for number, make in enumerate((_open_folder, _link, _file)):
        place = tmp_path / str(number)
        make(place)
        with pytest.raises(StartError, match="private folder"):
            make_private(place, os.geteuid())


def _open_folder(place: Path) -> None:
    place.mkdir()
    place.chmod(0o777)


def _link(place: Path) -> None:
    (place.parent / "elsewhere").mkdir(mode=0o700)
    place.symlink_to(place.parent / "elsewhere")


def _file(place: Path) -> None:
    place.touch()


def test_a_broken_configuration_is_told_with_the_log(cluster, tmp_path):
    data_dir = copy_of(cluster, tmp_path / "d")
    (data_dir.root / "postgres" / "postgresql.auto.conf").write_text("shared_buffers = 'nonsense'\n")
    with pytest.raises(StartError, match="shared_buffers"):
        PostgresServer(data_dir).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone has to become somebody else")
def test_as_root_without_user_namespaces_it_runs_as_nobody(tmp_path):
    data_dir = DataDir.of(tmp_path / "private" / "d")
    data_dir.root.parent.mkdir(mode=0o700)
    data_dir.prepare()
    server = PostgresServer(data_dir, throwaway=True, runner=run_as.as_nobody())
    server.start()
    try:
        assert ask(server, "SELECT 1") == [(1,)]
        assert server.process
        assert Path(f"/proc/{server.process.pid}").stat().st_uid == run_as.as_nobody().user_id
    finally:
        server.stop()
        shutil.rmtree((data_dir.root / "postgres").resolve(), ignore_errors=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone has to become somebody else")
def test_as_root_no_folder_is_opened_to_others(cluster, tmp_path):
    if run_as.in_namespace() is None:
        pytest.skip("user namespaces are forbidden here")
    data_dir = copy_of(cluster, tmp_path / "private" / "d")
    data_dir.root.parent.chmod(0o700)
    server = PostgresServer(data_dir)
    server.start()
    server.stop()
    assert data_dir.root.parent.stat().st_mode & 0o777 == 0o700
    assert (data_dir.root / "postgres").stat().st_uid == 0


def test_stop_leaves_no_process(cluster, tmp_path):
    data_dir = copy_of(cluster, tmp_path / "d")
    server = PostgresServer(data_dir)
    server.start()
    assert server.process
    group = server.process.pid
    server.stop()
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


def test_many_starts_and_kills_in_a_row(cluster, tmp_path):
    data_dir = copy_of(cluster, tmp_path / "d")
    for _round in range(4):
        server = PostgresServer(data_dir)
        server.start()
        assert server.process
        server.process.kill()
    assert wait_for(lambda: server.process is None or server.process.poll() is not None)
    last = PostgresServer(data_dir)
    last.start()
    last.stop()
