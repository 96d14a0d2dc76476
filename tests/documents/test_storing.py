"""The storage: a failed write leaves no row, a failed row no file, the sweep finds neither; a folder and S3."""

from __future__ import annotations

import os
import stat
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from django.utils import timezone

from deploy.settings import parts
from portal_core.documents import storage, sweep, uploads
from portal_core.documents.models import StoredFile
from tenants.context import tenant_context
from tests.documents.samples import pdf, sent

pytestmark = pytest.mark.django_db


def on_disk(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def make_old(folder):
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    for path in on_disk(folder):
        os.utime(path, (long_ago, long_ago))


def test_files_lie_under_the_tenant_under_random_names_for_us_alone(papers, file_store):
    papers.upload(file=sent("Secret name.pdf", pdf()))
    (path,) = on_disk(file_store)
    assert path.relative_to(file_store).parts[0] == papers.tenant.schema_name
    assert "Secret" not in str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_failed_write_leaves_no_row_and_nothing_half(papers, file_store, monkeypatch):
    class Full(type(storages["default"])):
        pass

    def fail(self, name, content):
        path = file_store / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(type(storages["default"]), "_save", fail)
    with pytest.raises(OSError, match="no space"):
        uploads.take(papers.people["carol"].pk, sent(), uploads.Rules())
    assert not StoredFile.objects.exists()
    assert on_disk(file_store) == []


def test_a_failed_row_leaves_no_file(papers, file_store, monkeypatch):
    monkeypatch.setattr(StoredFile.objects, "create", lambda **_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        uploads.take(papers.people["carol"].pk, sent(), uploads.Rules())
    assert on_disk(file_store) == []


def test_the_sweep_finds_nothing_after_both(papers, file_store, monkeypatch):
    test_a_failed_write_leaves_no_row_and_nothing_half(papers, file_store, monkeypatch)
    monkeypatch.undo()
    kept = papers.upload()
    papers.file(**{"f-policy": kept})
    make_old(file_store)
    before = on_disk(file_store)
    sweep.sweep()
    assert on_disk(file_store) == before and StoredFile.objects.count() == 1


def test_the_sweep_removes_what_was_never_attached_and_keeps_what_a_draft_names(papers, file_store):
    loose, drafted, young = (papers.upload(file=sent("a.pdf", pdf(bytes([n])))) for n in b"123")
    papers.client("carol").post("/new/repair/draft/", {"f-policy": drafted, "key": str(uuid.uuid4())})
    StoredFile.objects.exclude(pk=young).update(created_at=timezone.now() - timedelta(days=30))
    sweep.sweep()
    assert {str(row.pk) for row in StoredFile.objects.all()} == {drafted, young}
    assert len(on_disk(file_store)) == 2
    assert loose


def test_the_sweep_removes_old_content_without_a_row_of_this_tenant_alone(papers, twins, file_store):
    papers.upload()
    StoredFile.objects.all().delete()
    with tenant_context(twins.beta.tenant):
        storage.put(sent().file)
    sweep.sweep()
    assert len(on_disk(file_store)) == 2  # both are young: their rows may be on their way
    make_old(file_store)
    sweep.sweep()
    (left,) = on_disk(file_store)
    assert left.relative_to(file_store).parts[0] == twins.beta.tenant.schema_name


def test_a_key_of_another_tenant_or_of_nowhere_is_no_key(papers, twins):
    papers.upload()
    key = StoredFile.objects.get().key
    with tenant_context(twins.beta.tenant):
        for bad in (key, "../../etc/passwd", f"{twins.beta.tenant.schema_name}/../{key}"):
            with pytest.raises(storage.NoSuchFile):
                storage.read(bad)
            with pytest.raises(storage.NoSuchFile):
                storage.remove(bad)
    assert b"".join(storage.read(key)) == pdf()


def test_the_address_of_the_storage_says_where(tmp_path):
    local = parts.storage("", tmp_path)
    assert local["OPTIONS"]["location"] == str(tmp_path / "files")
    assert parts.storage("/srv/x y", tmp_path)["OPTIONS"]["location"] == "/srv/x y"
    assert parts.storage("file:///srv/x", tmp_path)["OPTIONS"]["location"] == "/srv/x"
    s3 = parts.storage("s3://KEY:se%2Fcret@papers/all/of?region=eu-central-1&endpoint=https://s3.example", tmp_path)
    assert s3["OPTIONS"] | {
        "bucket_name": "papers", "location": "all/of", "access_key": "KEY", "secret_key": "se/cret",
        "region_name": "eu-central-1", "endpoint_url": "https://s3.example", "signature_version": "s3v4",
    } == s3["OPTIONS"]  # fmt: skip
    for bad in ("ftp://x/y", "s3://", "s3:///x"):
        with pytest.raises(ImproperlyConfigured):
            parts.storage(bad, tmp_path)


@pytest.fixture
def bucket(settings, tmp_path, papers):
    """A bucket at a real server that speaks S3."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host.replace('0.0.0.0', '127.0.0.1')}:{port}"
    url = f"s3://test:test@papers/here?region=eu-central-1&endpoint={endpoint}&style=path"
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    client.create_bucket(Bucket="papers", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    settings.STORAGES = {**settings.STORAGES, "default": parts.storage(url, tmp_path)}
    yield client
    server.stop()


def test_everything_works_with_s3(papers, bucket):
    key = papers.upload()
    (item,) = bucket.list_objects_v2(Bucket="papers")["Contents"]
    row = StoredFile.objects.get()
    assert item["Key"] == f"here/{row.key}"
    carol = papers.client("carol")
    assert b"".join(carol.get(f"/files/{key}/").streaming_content) == pdf()
    part = carol.get(f"/files/{key}/", headers={"range": "bytes=2-5"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, pdf()[2:6])
    assert list(storage.keys_before(timezone.now() + timedelta(hours=1))) == [row.key]
    with storage.open_whole(row.key) as content:
        assert content.read() == pdf()
    storage.remove(row.key)
    assert carol.get(f"/files/{key}/").status_code == 503
    assert "Contents" not in bucket.list_objects_v2(Bucket="papers")
