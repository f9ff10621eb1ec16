"""Risk: what makes somebody look at a person, how soon, and until when."""
