"""The config file that ``dr-toolkit init`` writes."""

EXAMPLE = """\
# dr-toolkit.yaml: what is backed up, where to, and where it is restored. It never holds a secret.
# A line such as "#key: value" is an option: take the # away to use it.
version: 1

# Where snapshots are kept: a bucket with versioning, best in the region you would recover to.
store: s3://acme-dr-snapshots/prod
# Or as an object, with any of these:
#store:
#  url: s3://acme-dr-snapshots/prod           # or a folder, file:///var/lib/dr-toolkit
#  region: us-west-2                          # the bucket's, so that no other region is asked for it
#  role_arn: arn:aws:iam::111122223333:role/dr-store
#  kms_key_arn: arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
#  object_lock: {mode: governance, days: 35}
# The same in other places; a snapshot counts when so many of all stores have it (all of them otherwise).
#mirrors: [s3://acme-dr-snapshots-use1/prod]
#write_quorum: 1

# Who vouches for snapshots: whoever may write to the store could else open every firewall at the next restore.
# Make a key: openssl genpkey -algorithm ed25519 -out dr-toolkit.key && chmod 600 dr-toolkit.key
#signing:
#  sign_with: key-file:dr-toolkit.key         # or kms:ARN of an asymmetric key, best a multi-Region one
#  trust: ["ed25519:A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="]   # whose count; that of sign_with otherwise
#  anchor: s3://acme-dr-anchor/prod           # out of their reach: how far a source has come; or ssm:ARN

# What is backed up: a region of an account.
sources:
  prod-use1:
    region: us-east-1
    schedule: "0 3 * * *"                     # crontab; always in quotes
    rpo: 26h                                  # a last snapshot older than this is reported as stale
    retention: {keep_daily: 14, keep_weekly: 8, keep_monthly: 12}   # what snapshot prune keeps
    #timezone: Europe/Berlin                  # of the schedule; UTC otherwise
    #role_arn: arn:aws:iam::111122223333:role/dr-snapshot
    #external_id: acme-dr
    #include: ["ec2.*", "apigateway.*"]       # globs on keys; everything otherwise
    #exclude: ["ec2.prefix_list*"]

# Where it is restored.
targets:
  dr-usw2:
    region: us-west-2
    #role_arn: arn:aws:iam::111122223333:role/dr-restore
    #state: s3://acme-dr-state-usw2/runs      # journals of restores; the store otherwise
    # What stands there for what is not restored: by key or ARN; to an id, ARN or name.
    #map:
    #  ec2.vpc/main: vpc-0abc1234
    #  arn:aws:acm:us-east-1:111122223333:certificate/aaa: arn:aws:acm:us-west-2:111122223333:certificate/bbb
    #rewrite: [{cidr: 10.0.0.0/16, to: 10.8.0.0/16}]
    #edge: regional                           # edge-optimised APIs become regional; block: they are left out

# Drift that is accepted: keys by a glob, and a field if not all of them. After its last day a rule alarms.
#drift:
#  ignore:
#    - key: ec2.security_group_rule/*/bastion/*
#      field: Description
#      owner: net-team
#      reason: free text
#      until: 2027-01-31

# Values of API keys are kept only with this: a multi-Region key of KMS, or key-file:PATH.
#secrets: {encrypt_with: "kms:arn:aws:kms:us-west-2:111122223333:key/mrk-0123456789abcdef0123456789abcdef"}
"""
"""Loads as it is, and with every option in use; holds nothing that this version does not act on."""
