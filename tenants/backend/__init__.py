"""Our database backend (ENGINE "tenants.backend"): see base.py."""
