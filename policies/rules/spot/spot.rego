# Spot price cap.
# A spot machine is bought at no more than data.spot allows for its processors and GPUs: neither by the ceiling that
# the call names, nor, in the control plane, by the price that the catalog quotes for it.
package rules

agrees contains "spot" if tool.machines == false

agrees contains "spot" if {
	tool.machines == true
	count(data.spot.tools) > 0
	not input.action.tool in data.spot.tools
	object.get(input.resource, "purchase", "on_demand") == "on_demand"
}

agrees contains "spot" if {
	tool.machines == true
	count(data.spot.tools) > 0
	spot_ceiling_holds
	spot_price_holds
}

# METADATA
# title: There is a cap on the price of a spot machine
# custom:
#   code: SPOT_CAP_MISSING
#   severity: high
#   remedy: An operator sets the cap in policies/data/spot, and in policies/data/families the tier of the GPU.
deny contains data.lib.violation("SPOT_CAP_MISSING", message) if {
	not "spot" in agrees
	not spot_cap_cents
	message := sprintf("There is no cap on the price of the spot machine that %v names.", [input.action.tool])
}

# METADATA
# title: The ceiling that a spot call names is within the cap
# custom:
#   code: SPOT_CEILING
#   severity: medium
#   remedy: Name a lower max_price_micros_hour, or none; the cap is in policies/data/spot.
deny contains data.lib.violation("SPOT_CEILING", message) if {
	not "spot" in agrees
	spot_cap_cents
	not spot_ceiling_holds
	message := sprintf("The call would pay more than %v an hour for a spot machine.", [data.lib.usd(spot_cap_cents)])
}

# METADATA
# title: The price of a spot machine is within the cap
# custom:
#   code: SPOT_PRICE
#   severity: medium
#   remedy: Choose another machine or region, or buy on demand; the cap is in policies/data/spot.
deny contains data.lib.violation("SPOT_PRICE", message) if {
	not "spot" in agrees
	spot_cap_cents
	not spot_price_holds
	message := sprintf("The spot machine costs more than %v an hour, or its price is not known.", [
		data.lib.usd(spot_cap_cents),
	])
}

spot_cap_cents := input.machine.vcpus * data.spot.vcpu_cents_hour if input.machine.gpu_count == 0

spot_cap_cents := cents if {
	input.machine.gpu_count > 0
	each := data.spot.gpu_cents_hour[data.families.gpus[input.machine.gpu]]
	cents := (input.machine.vcpus * data.spot.vcpu_cents_hour) + (input.machine.gpu_count * each)
}

spot_ceiling_holds if is_null(object.get(input.resource, "max_price_micros_hour", null))

spot_ceiling_holds if {
	is_number(input.resource.max_price_micros_hour)
	input.resource.max_price_micros_hour <= spot_cap_cents * 10000
}

spot_price_holds if input.context.plane == "function"

# The quoted price is that of all the machines, without disks and egress. How many they may be is another rule's.
spot_price_holds if {
	input.context.plane == "control"
	is_number(input.resource.count)
	input.resource.count <= 10000
	input.cost.machines_cents <= spot_cap_cents * input.resource.count
}
