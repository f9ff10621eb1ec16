"""An agency's own page, its papers, and what it runs before it goes live."""
