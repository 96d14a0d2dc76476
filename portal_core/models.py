"""Gathers the models of the feature packages under one app label, so that there is one migration chain."""

from portal_core.config.models import DraftOperation, DraftPart, PortalAsset, PortalDraft, PortalState, PortalVersion
from portal_core.documents.models import Document, StoredFile
from portal_core.history.models import AuditEntry, CustomerLook, HistoryEntry
from portal_core.notifications.models import Notice
from portal_core.reporting.models import Beginning, RemovedWork
from portal_core.saved_records.models import RecordEntry, SavedRecord
from portal_core.service_requests.file_models import RequestFile
from portal_core.service_requests.models import (
    GuestLink,
    NumberCounter,
    RequestDraft,
    RequestSearch,
    SavedView,
    ServiceRequest,
)

__all__ = [
    "AuditEntry",
    "Beginning",
    "CustomerLook",
    "Document",
    "DraftOperation",
    "DraftPart",
    "GuestLink",
    "HistoryEntry",
    "Notice",
    "NumberCounter",
    "PortalAsset",
    "PortalDraft",
    "PortalState",
    "PortalVersion",
    "RecordEntry",
    "RemovedWork",
    "RequestDraft",
    "RequestFile",
    "RequestSearch",
    "SavedRecord",
    "SavedView",
    "ServiceRequest",
    "StoredFile",
]
