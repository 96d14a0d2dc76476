"""The first use: clear messages where it cannot go on, and nothing half-made is ever trusted."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.local import bootstrap, package_index
from tests.ground.running import PROJECT_DIR, clean_environment, started, wait_for


def manage_module():
    spec = importlib.util.spec_from_file_location("portico_manage", PROJECT_DIR / "manage.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """A `.venv` that looks whole, in another place than ours."""
    place = tmp_path / ".venv"
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", place)
    monkeypatch.setattr(bootstrap, "PROJECT_DIR", tmp_path)
    return place


class FakeVersion(NamedTuple):
    """As much of `sys.version_info` as is asked for."""

    major: int
    minor: int


def stamp(place: Path, **kinds: str) -> None:
    (place / "portico-stamp.json").write_text(json.dumps(kinds))


def test_manage_py_stays_short():
    assert len((PROJECT_DIR / "manage.py").read_text().splitlines()) < 100


def test_the_start_needs_nothing_but_the_standard_library():
    code = (
        f"import sys; sys.path.insert(0, {str(PROJECT_DIR)!r}); before = set(sys.modules)\n"
        "import deploy.local.bootstrap, deploy.local.package_index\n"
        "own = {name.split('.')[0] for name in set(sys.modules) - before} - {'deploy'}\n"
        "assert own <= sys.stdlib_module_names, own - sys.stdlib_module_names"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


def test_an_old_python_is_told_which_one_is_needed():
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or later; this is Python 3\.9"):
        manage_module().refuse_old_python((3, 9, 18))
    manage_module().refuse_old_python((3, 13, 0))


@pytest.mark.parametrize("version", [(3, 7), (3, 8), (3, 10)])
def test_manage_py_can_be_read_by_an_old_python(version):
    import ast

    ast.parse((PROJECT_DIR / "manage.py").read_text(), feature_version=version)


def test_production_never_makes_an_environment(monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "deploy.settings.production")
    assert manage_module().makes_own_environment() is False
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    monkeypatch.setenv("PORTICO_NO_VENV", "1")
    assert manage_module().makes_own_environment() is False


def test_under_500_mb_of_disk_is_told(tmp_path):
    with pytest.raises(SystemExit, match="Only 499 MB are free"):
        bootstrap.refuse_small_disk(tmp_path, free_bytes=499_999_999)
    bootstrap.refuse_small_disk(tmp_path, free_bytes=500_000_000)


def test_a_python_without_venv_is_told_the_package(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    with pytest.raises(SystemExit, match=rf"apt-get install python{version}-venv"):
        bootstrap.refuse_missing_venv()


@pytest.mark.parametrize(
    ("machine", "version", "kind", "setting"),
    [("aarch64", (3, 12), "base", "REDIS_URL"), ("x86_64", (3, 13), "dev", "TEST_REDIS_URL")],
)
def test_without_a_redis_server_that_is_told_before_the_install(monkeypatch, machine, version, kind, setting):
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    monkeypatch.setattr(bootstrap.platform, "machine", lambda: machine)
    monkeypatch.setattr(bootstrap.sys, "version_info", FakeVersion(*version))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.delenv("TEST_REDIS_URL", raising=False)
    with pytest.raises(SystemExit, match=rf"apt-get install redis-server.*or set {setting} to one that runs"):
        bootstrap.refuse_missing_redis(kind)

    monkeypatch.setenv(setting, "redis://localhost")
    bootstrap.refuse_missing_redis(kind)
    monkeypatch.delenv(setting)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name if name == "valkey-server" else None)
    bootstrap.refuse_missing_redis(kind)


def test_where_the_wheel_brings_a_redis_server_none_is_asked_for(monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    monkeypatch.setattr(bootstrap.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(bootstrap.sys, "version_info", FakeVersion(3, 12))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    bootstrap.refuse_missing_redis("base")


def test_the_tests_need_more_than_the_start():
    assert bootstrap.needed_requirements(["manage.py", "test", "-q"]) == "dev"
    assert bootstrap.needed_requirements(["manage.py", "up"]) == "base"
    assert bootstrap.needed_requirements(["manage.py"]) == "base"


def test_an_environment_is_trusted_by_its_stamp_alone(environment):
    assert not bootstrap.is_complete(environment, "base")
    stamp(environment, base="another-hash")
    assert not bootstrap.is_complete(environment, "base")
    stamp(environment, base=bootstrap.fingerprint("base"))
    assert bootstrap.is_complete(environment, "base")
    assert not bootstrap.is_complete(environment, "dev")
    stamp(environment, dev=bootstrap.fingerprint("dev"))
    assert bootstrap.is_complete(environment, "base")


def test_an_unfinished_environment_is_not_trusted_whatever_its_stamp_says(environment):
    stamp(environment, base=bootstrap.fingerprint("base"))
    (environment / "portico-unfinished").touch()
    assert not bootstrap.is_complete(environment, "base")


def test_an_environment_whose_python_is_gone_is_not_trusted(environment):
    stamp(environment, base=bootstrap.fingerprint("base"))
    (environment / "bin" / "python").unlink()
    (environment / "bin" / "python").symlink_to("/nowhere/python")
    assert not bootstrap.is_complete(environment, "base")


def test_an_interrupted_install_is_deleted_and_made_anew(environment, monkeypatch):
    (environment / "portico-unfinished").touch()
    (environment / "half-written").touch()
    monkeypatch.setattr(bootstrap, "_run", lambda command, lock: (environment / "bin").mkdir())
    monkeypatch.setattr(bootstrap, "_install_packages", lambda python, requirements, lock: None)
    bootstrap.install(environment, "base", 0)
    assert not (environment / "half-written").exists()
    assert not (environment / "portico-unfinished").exists()
    assert json.loads((environment / "portico-stamp.json").read_text()) == {"base": bootstrap.fingerprint("base")}


def test_an_install_that_fails_leaves_no_stamp(environment, monkeypatch):
    def fail(*_arguments):
        raise SystemExit("no network")

    monkeypatch.setattr(bootstrap, "_still_runs", lambda environment: True)
    monkeypatch.setattr(bootstrap, "_install_packages", fail)
    with pytest.raises(SystemExit):
        bootstrap.install(environment, "base", 0)
    assert not bootstrap.is_complete(environment, "base")
    assert (environment / "portico-unfinished").exists()


def test_an_environment_made_by_hand_is_completed_not_deleted(environment, monkeypatch):
    (environment / "by-hand").touch()
    monkeypatch.setattr(bootstrap, "_still_runs", lambda environment: True)
    monkeypatch.setattr(bootstrap, "_install_packages", lambda python, requirements, lock: None)
    bootstrap.install(environment, "base", 0)
    assert (environment / "by-hand").exists()


def test_the_second_of_two_installs_waits_for_the_first(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from deploy.local import bootstrap\n"
        f"bootstrap.PROJECT_DIR = Path({str(tmp_path)!r})\n"
        "with bootstrap.installing_alone() as lock:\n"
        "    print('inside', flush=True)\n"
        "    Path(sys.argv[1]).touch()\n"
        "    while not Path(sys.argv[2]).exists(): time.sleep(0.05)\n"
    )
    first_in, second_in, leave = tmp_path / "first", tmp_path / "second", tmp_path / "leave"
    with started("-c", code, str(first_in), str(leave), output=tmp_path / "1"):
        assert wait_for(first_in.exists)
        with started("-c", code, str(second_in), str(leave), output=tmp_path / "2") as second:
            assert wait_for(lambda: "waiting for it" in (tmp_path / "2").read_text())
            assert not second_in.exists()
            leave.touch()
            assert second.wait(30) == 0
            assert second_in.exists()


def test_an_installer_that_outlives_its_killed_parent_keeps_the_lock(tmp_path):
    code = (
        "import subprocess, sys, time; from pathlib import Path; from deploy.local import bootstrap\n"
        f"bootstrap.PROJECT_DIR = Path({str(tmp_path)!r})\n"
        "with bootstrap.installing_alone() as lock:\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], pass_fds=[lock])\n"
        "    print(child.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    output, second_in, leave = tmp_path / "out", tmp_path / "second", tmp_path / "leave"
    second = (
        "import sys; from pathlib import Path; from deploy.local import bootstrap\n"
        f"bootstrap.PROJECT_DIR = Path({str(tmp_path)!r})\n"
        "with bootstrap.installing_alone(): Path(sys.argv[1]).touch()\n"
    )
    leave.touch()
    with started("-c", code, output=output) as parent:
        assert wait_for(lambda: output.read_text().strip().isdigit())
        child = int(output.read_text())
        parent.kill()
        parent.wait()
        with started("-c", second, str(second_in), output=tmp_path / "2"):
            assert wait_for(lambda: "waiting" in (tmp_path / "2").read_text())
            assert not second_in.exists()
            subprocess.run(["/bin/kill", "-9", str(child)], check=True)
            assert wait_for(second_in.exists)


def test_uv_looks_where_pip_would():
    said = (
        ":env:.find-links='/opt/wheels'\n"
        ":env:.cert='/etc/ours.pem'\n"
        "global.cert='/etc/theirs.pem'\n"
        "global.index-url='https://user:secret@index.example/simple'\n"
        "install.trusted-host='a.example b.example'\n"
        "global.timeout='30'\n"
        "global.extra-index-url='\\nhttps://one.example/simple\\nhttps://two.example/simple'\n"
        "freeze.all='true'\n"
    )
    assert package_index.translate(said) == {
        "UV_FIND_LINKS": "/opt/wheels",
        "SSL_CERT_FILE": "/etc/ours.pem",
        "UV_DEFAULT_INDEX": "https://user:secret@index.example/simple",
        "UV_INSECURE_HOST": "a.example b.example",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
    }


def test_a_setting_made_for_uv_itself_wins(monkeypatch):
    monkeypatch.setenv("UV_FIND_LINKS", "/mine")
    monkeypatch.setenv("PIP_FIND_LINKS", "/pips")
    assert "UV_FIND_LINKS" not in package_index.for_uv(Path(sys.executable))


@pytest.mark.parametrize("kind", ["tools", "base", "dev"])
def test_every_requirement_is_pinned_with_hashes_and_names_no_index(kind):
    text = (PROJECT_DIR / "deploy" / "requirements" / f"{kind}.txt").read_text()
    assert "http" not in text
    pinned = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pinned
    assert all("==" in line and line.endswith("\\") for line in pinned)
    assert text.count("--hash=sha256:") >= len(pinned)


def test_both_requirement_files_agree():
    def pins(kind: str) -> set[str]:
        lines = (PROJECT_DIR / "deploy" / "requirements" / f"{kind}.txt").read_text().splitlines()
        return {line.split(" ")[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}

    assert pins("base") <= pins("dev")


def test_commands_outside_any_environment_say_what_to_install(tmp_path):
    done = subprocess.run(
        [sys.executable, "-S", str(PROJECT_DIR / "manage.py"), "check"],
        env=clean_environment(PORTICO_NO_VENV="1"),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert "requirements are not installed" in done.stderr
