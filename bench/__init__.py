"""Measurements that anyone can run: python3 -m bench NAME."""
