"""The append-only history of service requests: the truth about what happened."""
