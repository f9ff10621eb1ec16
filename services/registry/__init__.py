"""The register: who is subject to notification until when, what is due, and in which category."""
