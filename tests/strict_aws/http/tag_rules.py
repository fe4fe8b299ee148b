"""What a tag has to be like."""

from __future__ import annotations

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rules import rule

TAGS = rule(
    "http.tags",
    "At most 50 tags; a key has 1 to 128 characters and does not begin with aws:, a value 256 at most",
    "AWS notes, section 2.2 has the 50; the rest is recalled of tagging in general",
    recalled=True,
)


def check_tags(call: Call, tags: dict[str, str] | None) -> None:
    """Refuse tags that AWS would not take."""
    if not tags or not call.holds(TAGS):
        return
    if len(tags) > 50:
        raise bad_request("The maximum number of tags that can be attached to a resource is 50")
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise bad_request(f"Invalid tag {key}: keys have 1 to 128 characters, values 256 at most")
        if key.lower().startswith("aws:"):
            raise bad_request(f"Invalid tag {key}: keys that begin with aws: are reserved for system use")
