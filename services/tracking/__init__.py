"""Tracking: positions of tags against the zones that bind their wearers."""
