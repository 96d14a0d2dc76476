"""Addresses of reviewing, publishing and versions; part of the desk's."""

from django.urls import path

from portal_core.desk.setup import versions
from portal_core.desk.setup.review import deciding
from portal_core.desk.setup.review import views as review

review_urls = [
    path("setup/publish/", review.index, name="setup_publish"),
    path("setup/publish/back/", review.take_back, name="setup_publish_back"),
    path("setup/publish/mend/", review.mend, name="setup_publish_mend"),
    path("setup/publish/map/", deciding.map_all, name="setup_publish_map"),
    path("setup/publish/requests/", deciding.one_by_one, name="setup_publish_requests"),
    path("setup/publish/seen/", deciding.keep_or_show, name="setup_publish_seen"),
    path("setup/publish/seen/all/", deciding.seen, name="setup_publish_seen_all"),
    path("setup/publish/cancel/", review.cancel, name="setup_publish_cancel"),
    path("setup/publish/<int:number>/", review.published, name="setup_published"),
    path("setup/versions/", versions.index, name="setup_versions"),
    path("setup/versions/file/", versions.as_file, name="setup_versions_file"),
    path("setup/versions/read/", versions.read_file, name="setup_versions_read"),
    path("setup/versions/<int:number>/load/", versions.load_version, name="setup_version_load"),
    path("setup/versions/<int:number>/back/", versions.go_back, name="setup_version_back"),
]
