# METADATA
# title: Instance family and GPU tier
# description: |
#   A tool that starts machines starts only those whose family the operator allows, and GPUs only of a tier that one of
#   the caller's roles may use. The facts are the catalog's, never the caller's.
package rules.family

import data.lib.tool
import data.lib.violation

default allow := false

allow if tool.starts_no_machine

allow if {
	tool.starts_machines
	described
	listed
	not refused
	gpu_permitted
}

# METADATA
# title: The catalog knows the machine
# custom:
#   code: MACHINE_UNKNOWN
#   severity: high
#   remedy: Name a machine type from get_cost_estimate's answer.
deny contains violation.of("MACHINE_UNKNOWN", message) if {
	tool.starts_machines
	not described
	message := sprintf("The catalog of %v does not know the machine that the call names.", [input.action.cloud])
}

# METADATA
# title: The family is on the operator's list
# custom:
#   code: FAMILY_NOT_ALLOWED
#   severity: medium
#   remedy: Choose a machine of an allowed family; the lists are in policies/data/families.
deny contains violation.of("FAMILY_NOT_ALLOWED", message) if {
	tool.starts_machines
	described
	not usable
	message := sprintf("Machines of family %v (%v, %v) are not allowed.", [
		input.machine.family,
		input.machine.name,
		input.action.cloud,
	])
}

# METADATA
# title: A role of the caller may use this tier of GPU
# custom:
#   code: GPU_TIER
#   severity: medium
#   remedy: Choose a smaller GPU, or ask for a role that may use this tier; the tiers are in policies/data/families.
deny contains violation.of("GPU_TIER", message) if {
	tool.starts_machines
	described
	not gpu_permitted
	message := sprintf("%v (roles: %v) may not use %v GPUs (%v).", [
		input.principal.id,
		concat(", ", input.principal.roles),
		gpu_name,
		gpu_tier,
	])
}

described if input.machine.name == input.resource.machine

usable if {
	listed
	not refused
}

listed if {
	some pattern in data.families.allow[input.action.cloud]
	matches(pattern, input.machine.family)
}

# A list that is not there refuses everything.
refused if not is_array(data.families.deny[input.action.cloud])

refused if not is_array(data.families.deny_names)

refused if {
	some pattern in data.families.deny[input.action.cloud]
	matches(pattern, input.machine.family)
}

refused if {
	some part in data.families.deny_names
	contains(input.machine.name, part)
}

matches(pattern, family) if pattern == family

matches(pattern, family) if {
	endswith(pattern, "*")
	startswith(family, trim_suffix(pattern, "*"))
}

gpu_permitted if {
	input.machine.gpu_count == 0
	is_null(input.machine.gpu)
}

gpu_permitted if {
	some role in input.principal.roles
	role in data.families.tiers[data.families.gpus[input.machine.gpu]]
}

default gpu_name := "unnamed"

gpu_name := input.machine.gpu if is_string(input.machine.gpu)

default gpu_tier := "of no known tier"

gpu_tier := sprintf("tier %v", [data.families.gpus[input.machine.gpu]])
