"""Production refuses what belongs to the local start; what both share is strict."""

import io
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from csp.utils import build_policy
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import call_command
from django.db import DataError, IntegrityError
from django.http import HttpResponse
from django.test import RequestFactory

from deploy import database_version
from deploy.csp import PolicyMiddleware
from deploy.logs import _drop_tokens, renderer
from deploy.settings import parts
from tests.accounts.conftest import code_for
from tests.contracts.addresses import PUBLIC, TENANT, addresses
from tests.factories import make_client
from tests.ground.running import PROJECT_DIR, clean_environment

GOOD = {
    "DJANGO_SETTINGS_MODULE": "deploy.settings.production",
    "SECRET_KEY": "q8Zr2-mN5vX1cB7kL0pW9sD4fG6hJ3tY_aE8uI5oQ2wR7xC1zV4",
    "DATABASE_URL": "postgresql://portico@database.internal/portico",
    "REDIS_URL": "redis://redis.internal/0",
    "BASE_DOMAIN": "portico.example",
}


def in_production(code: str, **changed: str) -> subprocess.CompletedProcess[str]:
    environment = clean_environment(**(GOOD | changed))
    return subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "only-16-letters!"}, "SECRET_KEY is missing, short"),
        ({"SECRET_KEY": "a" * 80}, "SECRET_KEY"),
        ({"SECRET_KEY": "local-only-not-a-secret" * 4}, "known default"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"REDIS_URL": ""}, "REDIS_URL is not set"),
        ({"DATABASE_URL": "postgresql://portico@/portico?host=/tmp/portico-0-abc"}, "embedded server"),
        ({"REDIS_URL": "unix:///tmp/portico-0-abc-redis/redis.sock"}, "embedded server"),
        ({"PUBLIC_SCHEME": "http"}, "must be https"),
        ({"BASE_DOMAIN": "localhost"}, "BASE_DOMAIN is not set"),
    ],
)
def test_production_refuses(changed, said):
    done = in_production("import django; django.setup()", **changed)
    assert done.returncode != 0
    assert said in done.stderr
    secret = changed.get("SECRET_KEY")
    assert not secret or secret not in done.stderr


def test_check_deploy_is_clean():
    done = in_production(
        "from django.core.management import execute_from_command_line as run\n"
        "run(['manage.py', 'check', '--deploy', '--fail-level', 'WARNING'])"
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_production_cookies_belong_to_one_host_under_https():
    done = in_production(
        "from django.conf import settings as s\n"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_DOMAIN, s.SESSION_COOKIE_PATH, s.DEBUG, s.SECURE_HSTS_SECONDS > 0)"
    )
    assert done.stdout.strip() == "__Host-session __Host-csrf True True None None / False True"


@pytest.mark.django_db
def test_every_cookie_of_an_answer_belongs_to_one_host_under_https(people, settings):
    """By the names and marks of production: session, device and CSRF cookie, as browsers ask of `__Host-`."""
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = make_client()
    client.get("/signin/")
    client.post("/signin/", {"email": "carol@example.com"})
    client.post("/signin/code/", {"code": code_for("carol@example.com"), "keep": "on"})
    assert {"__Host-session", "__Host-device", "__Host-csrf"} == set(client.cookies)
    for name, cookie in client.cookies.items():
        assert cookie["secure"] and cookie["path"] == "/" and not cookie["domain"], name
        assert cookie["samesite"] == "Lax", name
        assert cookie["httponly"] or name == "__Host-csrf"


def test_the_proxy_header_is_believed_only_behind_a_proxy():
    code = "from django.conf import settings as s; print(s.SECURE_PROXY_SSL_HEADER)"
    assert in_production(code).stdout.strip() == "None"
    assert "FORWARDED_PROTO" in in_production(code, TRUSTED_PROXY_COUNT="1").stdout


def test_local_settings_do_not_come_up_by_accident_in_production():
    done = in_production("from deploy.local import up; up.main([])")
    assert "does not run with production settings" in done.stderr


@pytest.mark.parametrize("entry", ["deploy.wsgi", "deploy.celery"])
def test_a_server_without_named_settings_does_not_come_up_with_those_of_the_local_start(entry):
    done = in_production(f"import {entry}", DJANGO_SETTINGS_MODULE="")
    assert done.returncode != 0
    assert "DJANGO_SETTINGS_MODULE" in done.stderr


def policy_of(settings, urlconf: str) -> dict[str, set[str]]:
    request = RequestFactory().get("/")
    request.urlconf = urlconf
    response = PolicyMiddleware(lambda _request: HttpResponse())(request)
    found = {}
    for directive in response["Content-Security-Policy"].split(";"):
        name, *sources = directive.split()
        found[name] = set(sources)
    return found


def test_the_policy_allows_nothing_that_is_not_ours(settings):
    policy = policy_of(settings, settings.ROOT_URLCONF)
    assert policy["default-src"] == {"'none'"}
    assert policy["script-src"] == {"'self'"}
    assert policy["style-src"] == {"'self'"}
    assert policy["form-action"] == {"'self'"}
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == {"'none'"}
    assert "unsafe" not in str(policy)


def test_only_the_platforms_forms_may_lead_to_a_tenants_host(settings):
    policy = policy_of(settings, settings.PUBLIC_SCHEMA_URLCONF)
    assert policy["form-action"] == {"'self'", "http://*.localhost:8000"}


def test_a_nonce_that_a_template_used_is_in_the_policy(settings):
    policy = build_policy(nonce="abc")
    assert "'nonce-abc'" in policy


def test_a_unix_socket_is_found_where_django_looks():
    found = parts.database({"NAME": "portico", "HOST": "", "OPTIONS": {"host": "/tmp/x", "sslmode": "disable"}})
    assert found["HOST"] == "/tmp/x"
    assert found["OPTIONS"] == {"sslmode": "disable"}
    assert parts.broker("unix:///tmp/x/redis.sock") == "redis+socket:///tmp/x/redis.sock"
    assert parts.broker("redis://host/0") == "redis://host/0"


def line_of(record: logging.LogRecord) -> dict[str, object]:
    return json.loads(renderer(as_json=True).format(record))


def test_a_log_line_names_the_schema():
    record = logging.getLogger("tenants.x").makeRecord("tenants.x", logging.INFO, "f", 1, "something", (), None)
    assert line_of(record)["schema"] == "public"


def test_personal_data_logged_by_mistake_are_removed():
    from deploy.logs import _drop_personal

    event = _drop_personal(
        None, "info", {"event": "signed_in", "email": "maren@example.com", "token": "abc", "count": 2}
    )
    assert "maren" not in str(event)
    assert "abc" not in str(event)
    assert event["count"] == 2


def _failed(error: Exception) -> str:
    """What production's log says of a view that failed."""

    def view():
        password = "hunter2-secret"
        try:
            raise KeyError("the cause")
        except KeyError as cause:
            assert password
            raise error from cause

    try:
        view()
    except Exception:
        found = ("django.request", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
        return json.dumps(line_of(logging.getLogger("django.request").makeRecord(*found)))


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (IntegrityError('violates unique constraint "one"\nDETAIL:  Key (email)=(maren@example.com) exists.'), "one"),
        (ValueError("invalid literal: 'maren@example.com'"), "ValueError"),
        (DataError('invalid input syntax for type uuid: "maren@example.com"'), "DataError"),
        (ValidationError("maren@example.com is none"), "ValidationError"),
        (RuntimeError("the disk is full"), "the disk is full"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failure_is_logged_with_its_place_and_without_what_people_typed(error, kept):
    said = _failed(error)
    assert kept in said
    assert "test_settings.py" in said and "the cause" in said
    assert "hunter2" not in said
    assert "maren" not in said


def test_a_request_is_logged_by_its_path_alone():
    request = RequestFactory().get("/requests/?q=secret-search", headers={"cookie": "session=1"})
    record = logging.makeLogRecord({"name": "django.request", "msg": "failed", "request": request})
    text = json.dumps(line_of(record))
    assert "/requests/" in text
    assert "secret-search" not in text
    assert "session=1" not in text


def links_that_open_something() -> list[str]:
    every = [address for conf in (TENANT, PUBLIC) for address in addresses(conf) if "token" in address.parameters]
    return [path for address in every for path in address.paths({"token": ["a.b:c"], "ask_key": ["quote"]})]


@pytest.mark.parametrize("path", links_that_open_something())
def test_a_link_that_opens_something_is_not_logged(path):
    request = RequestFactory().get(path)
    message = f"Internal Server Error: {path}"
    record = logging.makeLogRecord({"name": "django.request", "msg": message, "request": request})
    line = line_of(record)
    assert line["path"] == path.replace("a.b:c", "[removed]")
    assert "a.b:c" not in str(line)


def test_an_error_that_quotes_a_link_does_not_give_it_away():
    said = _failed(RuntimeError("no page at https://nordwarm.portico.example/g/abc:def/reply/ for GET"))
    assert "no page at https://nordwarm.portico.example/g/[removed]/reply/ for GET" in said
    assert "abc:def" not in said
    assert _drop_tokens(None, "info", {"error": "/join/abc-def/ failed"}) == {"error": "/join/[removed]/ failed"}


def test_an_older_postgresql_is_refused_with_its_version(monkeypatch):
    class Silent:
        def __init__(self, version):
            self.connection = type("C", (), {"info": type("I", (), {"server_version": version})})

        def ensure_connection(self):
            pass

        def close(self):
            pass

    monkeypatch.setattr(database_version, "connection", Silent(150004))
    with pytest.raises(ImproperlyConfigured, match=r"PostgreSQL 18 or later; DATABASE_URL leads to PostgreSQL 15\.4"):
        database_version.refuse_old_database()
    monkeypatch.setattr(database_version, "connection", Silent(180004))
    database_version.refuse_old_database()


def test_every_setting_of_the_environment_is_in_the_example():
    import re

    source = "".join(file.read_text() for file in (PROJECT_DIR / "deploy" / "settings").glob("*.py"))
    used = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', source))
    assert used
    example = (PROJECT_DIR / ".env.example").read_text()
    missing = {name for name in used if not re.search(rf"^#? ?{name}=", example, re.MULTILINE)}
    assert not missing


def test_of_htmx_what_pages_load_is_collected_alone():
    """Compressing all that the package brings took most of the time of a first start."""
    said = io.StringIO()
    call_command("collectstatic", interactive=False, dry_run=True, verbosity=2, stdout=said)
    named = [line.split("'")[1] for line in said.getvalue().splitlines() if "'" in line]
    assert {Path(name).name for name in named if "django_htmx" in name} == {"htmx-2.min.js"}
    assert {"portico.css", "app.js", "recovery_codes.js"} <= {Path(name).name for name in named}
