"""An AWS to test against that is as strict as the real one: API Gateway v1 and v2, and EC2's security groups.

See README.md beside this file. Nothing of the toolkit is imported here, and the toolkit never imports this.
"""

from tests.strict_aws.aws import StrictAws
from tests.strict_aws.refusals import Refusal

__all__ = ["Refusal", "StrictAws"]
