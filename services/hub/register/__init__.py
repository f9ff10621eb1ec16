"""`hub register`: what the register holds of a person, for whoever may ask."""
