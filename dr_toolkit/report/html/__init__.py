"""Drift as one page that needs nothing else: no network, no other file; it works from a folder or an attachment."""
