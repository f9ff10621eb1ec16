"""The house rules as functions over a file's path and text, so that a test can hand in a fake."""
