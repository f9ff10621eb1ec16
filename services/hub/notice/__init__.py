"""Notices that are recalled: asked for, followed, and written down as an incident."""
