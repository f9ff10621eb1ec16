"""The words the hub speaks."""
