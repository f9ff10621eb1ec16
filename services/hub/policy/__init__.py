"""Two versions of the agreements held against each other: in their words, and on recorded facts."""
