"""What nothing answers here: calls of the APIs themselves."""

from __future__ import annotations

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rest.authorizers import find_authorizer
from tests.strict_aws.rest.methods import find_method


@answers("apigateway", "TestInvokeMethod", "TestInvokeAuthorizer")
def refuse_invocation(call: Call) -> None:
    """Refused with 501 as not available, once what is named is there (recorded: test_invoke_test_method)."""
    if call.operation == "TestInvokeMethod":
        find_method(call)
    else:
        find_authorizer(call)
    raise Refusal("NotImplementedException", f"{call.operation} is not available: no API is served here", 501)
