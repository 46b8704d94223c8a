# METADATA
# title: Required tags
# description: What is created says whose it is, in well-formed tags, and its owner is the caller.
package rules.tags

import data.lib.tool
import data.lib.violation

default allow := false

allow if tool.creates_nothing

allow if {
	tool.creates
	count(data.tags.required) > 0
	every tag in data.tags.required {
		well_formed(tag)
	}
	own
}

# METADATA
# title: Every required tag is there
# custom:
#   code: TAG_MISSING
#   severity: medium
#   remedy: Add the tag.
deny contains violation.of("TAG_MISSING", message) if {
	tool.creates
	some tag in data.tags.required
	not present(tag)
	message := sprintf("The tag %v is missing.", [tag])
}

# METADATA
# title: Every required tag is well formed
# custom:
#   code: TAG_MALFORMED
#   severity: medium
#   remedy: Use lower-case letters, digits, dots, dashes, underscores and @, at most 63 of them.
deny contains violation.of("TAG_MALFORMED", message) if {
	tool.creates
	some tag in data.tags.required
	present(tag)
	not well_formed(tag)
	message := sprintf("The tag %v has the value %v, which is not well formed.", [tag, input.resource.tags[tag]])
}

# METADATA
# title: The owner tag is the caller
# custom:
#   code: TAG_OWNER
#   severity: high
#   remedy: Set the tag `owner` to your own id.
deny contains violation.of("TAG_OWNER", message) if {
	tool.creates
	present("owner")
	not own
	message := sprintf("The tag owner says %v, but the caller is %v.", [input.resource.tags.owner, input.principal.id])
}

# METADATA
# title: There is a list of required tags
# custom:
#   code: TAG_LIST_EMPTY
#   severity: critical
#   remedy: An operator lists the required tags in policies/data/tags.
deny contains violation.of("TAG_LIST_EMPTY", "No list of required tags is set up.") if {
	tool.creates
	not listed
}

listed if count(data.tags.required) > 0

present(tag) if input.resource.tags[tag] != null

well_formed(tag) if {
	is_string(input.resource.tags[tag])
	regex.match(data.tags.pattern, input.resource.tags[tag])
}

own if input.resource.tags.owner == input.principal.id
