"""Backup, restore and drill: all of a hub that its broker's disks could lose."""
