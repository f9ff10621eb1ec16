"""The hub: one package per service."""
