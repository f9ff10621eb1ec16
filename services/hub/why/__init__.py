"""Why somebody was told something, or was not: never more than whoever asks may know."""
