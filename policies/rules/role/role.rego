# Role.
# Least privilege. A role has the tools that data.roles lists for it; an unknown role has none.
package rules

agrees contains "role" if {
	tools_of := data.roles
	some role in input.principal.roles
	input.action.tool in tools_of[role]
}

# METADATA
# title: One of the caller's roles has the tool
# custom:
#   code: ROLE_FORBIDDEN
#   severity: high
#   remedy: Ask an administrator for a role that has the tool, or let somebody who has it make the request.
deny contains data.lib.violation("ROLE_FORBIDDEN", message) if {
	not "role" in agrees
	message := sprintf("%v (roles: %v) may not use %v; it takes one of: %v.", [
		input.principal.id,
		concat(", ", input.principal.roles),
		input.action.tool,
		concat(", ", role_entitled),
	])
}

role_entitled := {role |
	some role, tools in data.roles
	input.action.tool in tools
}
