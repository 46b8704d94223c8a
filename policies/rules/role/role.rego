# Role.
# Least privilege. A role has the tools that data.roles lists for it, in the environments that stand beside them; an
# unknown role has none. The environment is the one that the call's tags name, and `unstated` for a tool without tags.
package rules

agrees contains "role" if {
	roles := data.roles
	some role in input.principal.roles
	some part in roles[role]
	input.action.tool in part.tools
	environment in part.environments
}

# METADATA
# title: One of the caller's roles has the tool in this environment
# custom:
#   code: ROLE_FORBIDDEN
#   severity: high
#   remedy: Ask an administrator for a role that has the tool there, or let somebody who has it make the request.
deny contains data.lib.violation("ROLE_FORBIDDEN", message) if {
	not "role" in agrees
	message := sprintf("%v (roles: %v) may not use %v%v; %v.", [
		input.principal.id,
		concat(", ", input.principal.roles),
		input.action.tool,
		role_where,
		role_needed,
	])
}

default role_where := ""

role_where := " in an environment that the tags do not name" if {
	tool.owner == "tags"
	not environment
}

role_where := sprintf(" in %v", [environment]) if environment != "unstated"

default role_needed := "no role may"

role_needed := sprintf("it takes one of: %v", [concat(", ", role_entitled)]) if count(role_entitled) > 0

role_entitled := {role |
	some role, parts in data.roles
	some part in parts
	input.action.tool in part.tools
	environment in part.environments
}
