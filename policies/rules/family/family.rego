# Instance family and GPU tier.
# A tool that starts machines starts only those whose family the operator allows, and GPUs only of a tier that one of
# the caller's roles may use. The facts are the catalog's, never the caller's.
package rules

agrees contains "family" if tool.machines == false

agrees contains "family" if {
	tool.machines == true
	input.machine.name == input.resource.machine
	family_usable
	family_gpu
}

# METADATA
# title: The catalog knows the machine
# custom:
#   code: MACHINE_UNKNOWN
#   severity: high
#   remedy: Name a machine type from get_cost_estimate's answer.
deny contains data.lib.violation("MACHINE_UNKNOWN", message) if {
	not "family" in agrees
	not input.machine.name == input.resource.machine
	message := sprintf("The catalog of %v does not know the machine that the call names.", [input.action.cloud])
}

# METADATA
# title: The family is on the operator's list
# custom:
#   code: FAMILY_NOT_ALLOWED
#   severity: medium
#   remedy: Choose a machine of an allowed family; the lists are in policies/data/families.
deny contains data.lib.violation("FAMILY_NOT_ALLOWED", message) if {
	not "family" in agrees
	not family_usable
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
deny contains data.lib.violation("GPU_TIER", message) if {
	not "family" in agrees
	is_object(input.machine)
	not family_gpu
	message := sprintf("%v (roles: %v) may not use %v GPUs (%v).", [
		input.principal.id,
		concat(", ", input.principal.roles),
		family_gpu_name,
		family_gpu_tier,
	])
}

# Every list must be there: without the ones that refuse, nothing is usable.
family_usable if {
	families := data.families
	strings.any_prefix_match(input.machine.family, families.allow[input.action.cloud])
	denied := families.deny[input.action.cloud]
	is_array(denied)
	every family in denied {
		family != input.machine.family
	}
	name := input.machine.name
	is_array(families.deny_machines)
	every part in families.deny_machines {
		not contains(name, part)
	}
}

family_gpu if {
	input.machine.gpu_count == 0
	is_null(input.machine.gpu)
}

family_gpu if {
	families := data.families
	entitled := families.tiers[families.gpus[input.machine.gpu]]
	some role in input.principal.roles
	role in entitled
}

default family_gpu_name := "unnamed"

family_gpu_name := input.machine.gpu if is_string(input.machine.gpu)

default family_gpu_tier := "of no known tier"

family_gpu_tier := sprintf("tier %v", [data.families.gpus[input.machine.gpu]])
