"""`hub doctor`: what is wrong with an installation, one line each, with what to do next."""
