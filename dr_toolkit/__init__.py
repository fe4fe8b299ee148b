"""Backup, drift detection and disaster recovery of API Gateway and security groups."""

__version__ = "0.1.0"
