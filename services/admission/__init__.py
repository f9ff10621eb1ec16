"""The door: every fact anybody says comes through here, into the log or back to its sender."""
