"""A visibly synthetic Derbyshire: its people, and what each agency's systems say of them."""
