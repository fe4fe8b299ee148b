"""Contracts of the adapters: one suite, every implementation."""
