"""The platform operators' site: `/console/` on the platform host, in public alone, never inside a tenant."""
