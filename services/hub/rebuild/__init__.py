"""`hub rebuild`: the rows of a service made anew from what it once read."""
