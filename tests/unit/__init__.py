"""Tests of single parts, offline."""
