"""The embedded servers live exactly as long as somebody uses them."""

import json
import os
import signal

import psycopg
import pytest
import redis

from deploy.local.lock import FileLock, is_held
from deploy.local.paths import DataDir
from deploy.local.servers import servers
from tests.ground.running import processes_naming, started, wait_for

pytestmark = pytest.mark.xdist_group("embedded")


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return DataDir.of(tmp_path / "data")


def keeper_number(data_dir: DataDir) -> int:
    return int(json.loads((data_dir.run / "servers.json").read_text())["pid"])


def test_both_answer_and_both_are_gone_afterwards(data_dir):
    with servers(data_dir, throwaway=True) as addresses:
        with psycopg.connect(addresses.database_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert redis.Redis.from_url(addresses.redis_url).ping()
    assert wait_for(lambda: processes_naming(str(data_dir.root)) == [])


def test_a_second_user_shares_them_and_the_last_one_ends_them(data_dir):
    with servers(data_dir, throwaway=True) as first:
        with servers(data_dir) as second:
            assert second == first
        assert redis.Redis.from_url(first.redis_url).ping()
    assert not is_held(data_dir.run / "keeper.lock")


def test_they_end_when_their_user_is_killed(data_dir, tmp_path):
    output = tmp_path / "out"
    with started("-m", "deploy.local.servers", "--data-dir", str(data_dir.root), output=output) as user:
        assert wait_for(lambda: "DATABASE_URL" in output.read_text())
        user.kill()
        user.wait()
        assert wait_for(lambda: not processes_naming(str(data_dir.root)))


def test_two_that_start_at_once_get_the_same_servers(data_dir, tmp_path):
    outputs = [tmp_path / "a", tmp_path / "b"]
    words = ("-m", "deploy.local.servers", "--throwaway", "--data-dir", str(data_dir.root))
    with started(*words, output=outputs[0]), started(*words, output=outputs[1]):
        assert wait_for(lambda: all("DATABASE_URL" in output.read_text() for output in outputs))
        assert outputs[0].read_text() == outputs[1].read_text()


def test_the_next_start_recovers_when_keeper_and_user_were_killed(data_dir):
    with servers(data_dir) as addresses:
        with psycopg.connect(addresses.database_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(keeper_number(data_dir), signal.SIGKILL)
        assert wait_for(lambda: not is_held(data_dir.run / "keeper.lock"))
    with servers(data_dir) as again, psycopg.connect(again.database_url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    assert wait_for(lambda: processes_naming(str(data_dir.root)) == [])


def test_a_crashed_server_is_started_again(data_dir):
    with servers(data_dir, throwaway=True) as addresses:
        client = redis.Redis.from_url(addresses.redis_url)
        number = client.info("server")["process_id"]
        os.kill(number, signal.SIGKILL)

        def is_back() -> bool:
            try:
                return bool(client.info("server")["process_id"] != number)
            except redis.ConnectionError:
                return False

        assert wait_for(is_back)


def test_given_addresses_are_used_and_nothing_is_started(data_dir, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/x")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    with servers(data_dir) as addresses:
        assert (addresses.database_url, addresses.redis_url) == ("postgresql://elsewhere/x", "redis://elsewhere")
    assert not data_dir.root.exists()


def test_a_given_database_is_used_beside_an_embedded_redis(data_dir, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/x")
    with servers(data_dir) as addresses:
        assert addresses.database_url == "postgresql://elsewhere/x"
        assert redis.Redis.from_url(addresses.redis_url).ping()
        assert not (data_dir.root / "postgres").exists()


def test_the_kernel_gives_a_lock_back_when_its_holder_is_killed(tmp_path):
    file, output = tmp_path / "lock", tmp_path / "out"
    holder = (
        "import time; from pathlib import Path; from deploy.local.lock import FileLock\n"
        f"lock = FileLock(Path({str(file)!r})); print(lock.try_acquire(), flush=True); time.sleep(60)"
    )
    with started("-c", holder, output=output) as process:
        assert wait_for(lambda: "True" in output.read_text())
        assert is_held(file)
        process.kill()
        process.wait()
        assert FileLock(file).try_acquire()


def test_shared_holders_keep_an_exclusive_one_out(tmp_path):
    first, second = FileLock(tmp_path / "lock", shared=True), FileLock(tmp_path / "lock", shared=True)
    assert first.try_acquire()
    assert second.try_acquire()
    alone = FileLock(tmp_path / "lock")
    assert not alone.try_acquire()
    first.release()
    second.release()
    assert alone.try_acquire()
