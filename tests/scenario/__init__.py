"""Whole stories, through real boto3 clients."""
