"""The bridge of the electronic monitoring provider: tags and positions in, zones out."""
