"""Agreements: who may say what, who is told what; topics, rights and views compiled from it."""
