"""/dev/mail/: shows what the sink stored, runs nothing of it, and is not there in production."""

import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.test import Client

pytestmark = pytest.mark.django_db

EVIL = "<html><head></head><body><script>alert(1)</script><a href='https://example.com'>x</a></body></html>"


@pytest.fixture
def folder(settings, tmp_path):
    settings.MAIL_FOLDER = tmp_path
    return tmp_path


@pytest.fixture
def client():
    return Client(headers={"host": "localhost"})


def store(folder, name, subject, to="carol@example.com", html=EVIL):
    from django.core.mail import EmailMultiAlternatives

    message = EmailMultiAlternatives(subject, f"Text of {subject}", "Nordwarm <portal@localhost>", [to])
    message.attach_alternative(html, "text/html")
    (folder / f"{name}.eml").write_bytes(message.message().as_bytes())


def test_list_is_newest_first_and_can_be_filtered(client, folder):
    store(folder, "20261122T100000.000001-aa", "Older")
    store(folder, "20261122T110000.000001-bb", "Newer", to="dave@example.com")
    page = client.get("/dev/mail/").content.decode()
    assert page.index("Newer") < page.index("Older")
    assert "Newer" not in client.get("/dev/mail/?to=carol@example.com").content.decode()


def test_empty_folder_is_no_error(client, folder):
    assert client.get("/dev/mail/").status_code == 200


def test_one_mail_shows_text_and_headers_and_frames_its_html(client, folder):
    store(folder, "20261122T100000.000001-aa", "Hello")
    response = client.get("/dev/mail/20261122t100000-000001-aa/")
    page = response.content.decode()
    assert "Text of Hello" in page and "Nordwarm &lt;portal@localhost&gt;" in page
    assert 'sandbox="allow-popups' in page and "<script>alert(1)" not in page
    assert "frame-src 'self'" in response["Content-Security-Policy"]


def test_framed_html_can_run_nothing(client, folder):
    store(folder, "20261122T100000.000001-aa", "Hello")
    response = client.get("/dev/mail/20261122t100000-000001-aa/html/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox allow-popups" in policy and "script-src 'none'" in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("name", ["nope", "..", "..%2f..%2fetc%2fpasswd", "20261122T100000.000001-aa.eml"])
def test_other_names_are_not_found(client, folder, name):
    (folder.parent / "secret.eml").write_text("Subject: secret\n\nx")
    assert client.get(f"/dev/mail/{name}/").status_code == 404


def test_tenant_hosts_do_not_have_it(alpha, folder):
    assert Client(headers={"host": alpha.primary_domain}).get("/dev/mail/").status_code == 404


def test_it_cannot_be_imported_without_the_setting():
    code = (
        "import django; from django.conf import settings; settings.DEV_MAIL = False; django.setup();"
        "import tenants.outbox.dev_urls"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=django_settings.BASE_DIR)
    assert "never in production" in result.stderr
