# Residency.
# Every region that a write names lies in one of the jurisdictions in which the data must stay. No jurisdiction named:
# unrestricted. Personal data obliges the caller to encrypt.
package rules

agrees contains "residency" if tool.risk in {"read", "destructive"}

agrees contains "residency" if {
	tool.risk == "write"
	count(input.data.residency) == 0
}

agrees contains "residency" if {
	tool.risk == "write"
	count(regions) > 0
	lies_in := data.jurisdictions[input.action.cloud]
	every region in regions {
		some jurisdiction in lies_in[region]
		jurisdiction in input.data.residency
	}
}

# METADATA
# title: The region lies where the data must stay
# custom:
#   code: RESIDENCY
#   severity: critical
#   remedy: Choose a region in one of the named jurisdictions, or have the owner of the data widen them.
deny contains data.lib.violation("RESIDENCY", message) if {
	not "residency" in agrees
	some region in regions
	not residency_holds(region)
	message := sprintf("Region %v (%v) lies in %v; this data must stay in %v.", [
		region,
		input.action.cloud,
		residency_place(region),
		concat(" or ", input.data.residency),
	])
}

residency_holds(region) if {
	some jurisdiction in jurisdictions(region)
	jurisdiction in input.data.residency
}

residency_place(region) := concat(", ", jurisdictions(region))

residency_place(region) := "no jurisdiction that we know" if not jurisdictions(region)

obliged["encrypt"] if input.data.personal == true
