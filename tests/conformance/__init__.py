"""Every description against botocore's own models."""
