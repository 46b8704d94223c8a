# Maximum count and lifetime.
# What starts machines starts no more of them than data.limits allows, for no longer than it allows; without an end only
# in an environment that may have machines that last.
package rules

agrees contains "limits" if tool.machines == false

agrees contains "limits" if {
	tool.machines == true
	limits_counted
	limits_ends
}

# METADATA
# title: The number of machines is within the limit
# custom:
#   code: LIMIT_COUNT
#   severity: medium
#   remedy: Ask for fewer machines, or have an operator raise the limit in policies/data/limits.
deny contains data.lib.violation("LIMIT_COUNT", message) if {
	not "limits" in agrees
	not limits_counted
	message := sprintf("%v may start %v machines at most, and must say how many.", [
		input.action.tool,
		object.get(data.limits, "machines", 0),
	])
}

# METADATA
# title: The machines end within the limit
# custom:
#   code: LIMIT_LIFETIME
#   severity: medium
#   remedy: Name fewer `hours`, or have an operator raise the limit in policies/data/limits.
deny contains data.lib.violation("LIMIT_LIFETIME", message) if {
	not "limits" in agrees
	not limits_ends
	message := sprintf("%v may start machines for %v hours at most, and for no end only in: %v.", [
		input.action.tool,
		object.get(data.limits, "hours", 0),
		concat(", ", object.get(data.limits, "lasting", [])),
	])
}

limits_counts := [number |
	some name in ["count", "desired", "max_replicas", "maximum", "min_replicas", "minimum"]
	number := input.resource[name]
]

limits_counted if {
	count(limits_counts) > 0
	every number in limits_counts {
		is_number(number)
		number >= 0
		number <= data.limits.machines
		floor(number) == number
	}
}

limits_ends if {
	is_number(input.resource.hours)
	input.resource.hours > 0
	input.resource.hours <= data.limits.hours
}

limits_ends if {
	is_null(object.get(input.resource, "hours", null))
	environment in data.limits.lasting
}
