"""Measurements for people: what capture, compare, plan and restore cost. Nothing here is asserted by a test."""
