"""Where snapshots, journals and leases are kept: S3 buckets, folders, and memory for tests."""
