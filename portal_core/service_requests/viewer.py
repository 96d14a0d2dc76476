"""Who looks: see `config/viewer.py`, where packages below requests find it too."""

from portal_core.config.viewer import Viewer

__all__ = ["Viewer"]
