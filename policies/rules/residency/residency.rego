# Residency.
# Every region that a write names lies in one of the jurisdictions in which the data must stay. No jurisdiction named:
# unrestricted. Personal data obliges the caller to encrypt.
package rules

agrees contains "residency" if input.action.risk in {"read", "destructive"}

agrees contains "residency" if {
	input.action.risk == "write"
	input.data.residency == []
}

agrees contains "residency" if {
	input.action.risk == "write"
	input.data.residency != []
	count(regions) > 0
	every region in regions {
		some jurisdiction in known[region]
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
	some jurisdiction in known[region]
	jurisdiction in input.data.residency
}

residency_place(region) := concat(", ", known[region])

residency_place(region) := "no jurisdiction that we know" if not known[region]

obliged["encrypt"] if input.data.personal == true
