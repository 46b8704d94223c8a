# Required tags.
# What is created says whose it is, in well-formed tags, and its owner is the caller.
package rules

agrees contains "tags" if tool.creates == false

agrees contains "tags" if {
	tool.creates == true
	tags := input.resource.tags
	tags.owner == input.principal.id
	rule := data.tags
	count(rule.required) > 0
	every tag in rule.required {
		text := tags[tag]
		text > ""
		text < []
		count(text) <= rule.longest
		trim(text, rule.characters) == ""
	}
}

# METADATA
# title: There is a list of required tags
# custom:
#   code: TAG_LIST_MISSING
#   severity: critical
#   remedy: An operator lists the required tags in policies/data/tags.
deny contains data.lib.violation("TAG_LIST_MISSING", "No list of required tags is set up.") if {
	not "tags" in agrees
	not data.tags.required[0]
}

# METADATA
# title: Every required tag is there
# custom:
#   code: TAG_MISSING
#   severity: medium
#   remedy: Add the tag.
deny contains data.lib.violation("TAG_MISSING", message) if {
	not "tags" in agrees
	some tag in data.tags.required
	not tags_present(tag)
	message := sprintf("The tag %v is missing.", [tag])
}

# METADATA
# title: Every required tag is well formed
# custom:
#   code: TAG_MALFORMED
#   severity: medium
#   remedy: Use lower-case letters, digits, dots, dashes, underscores and @, at most 63 of them.
deny contains data.lib.violation("TAG_MALFORMED", message) if {
	not "tags" in agrees
	some tag in data.tags.required
	tags_present(tag)
	not tags_well_formed(tag)
	message := sprintf("The tag %v has the value %v, which is not well formed.", [tag, input.resource.tags[tag]])
}

# METADATA
# title: The owner tag is the caller
# custom:
#   code: TAG_OWNER
#   severity: high
#   remedy: Set the tag `owner` to your own id.
deny contains data.lib.violation("TAG_OWNER", message) if {
	not "tags" in agrees
	not input.resource.tags.owner == input.principal.id
	message := sprintf("The tag owner does not name the caller, %v.", [input.principal.id])
}

tags_present(tag) if {
	is_string(input.resource.tags[tag])
	input.resource.tags[tag] != ""
}

tags_well_formed(tag) if {
	count(input.resource.tags[tag]) <= data.tags.longest
	trim(input.resource.tags[tag], data.tags.characters) == ""
}
