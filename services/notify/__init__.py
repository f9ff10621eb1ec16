"""Notices: who is told what, how much of it, by when; and who has not answered."""
