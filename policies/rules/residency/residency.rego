# METADATA
# title: Residency
# description: |
#   Every region that a write names lies in one of the jurisdictions in which the data must stay. No jurisdiction named:
#   unrestricted. Personal data obliges the caller to encrypt.
package rules.residency

import data.lib.place
import data.lib.tool
import data.lib.violation

default allow := false

allow if tool.writes_nothing

allow if {
	tool.writes
	count(input.data.residency) == 0
}

allow if {
	tool.writes
	count(place.regions) > 0
	every region in place.regions {
		inside(region)
	}
}

# METADATA
# title: The region lies where the data must stay
# custom:
#   code: RESIDENCY
#   severity: critical
#   remedy: Choose a region in one of the named jurisdictions, or have the owner of the data widen them.
deny contains violation.of("RESIDENCY", message) if {
	tool.writes
	count(input.data.residency) > 0
	some region in place.regions
	not inside(region)
	message := sprintf("Region %v (%v) lies in %v; this data must stay in %v.", [
		region,
		input.action.cloud,
		whereabouts(region),
		concat(" or ", input.data.residency),
	])
}

inside(region) if {
	some jurisdiction in place.jurisdictions(region)
	jurisdiction in input.data.residency
}

whereabouts(region) := concat(", ", place.jurisdictions(region))

whereabouts(region) := "no jurisdiction that we know" if not place.jurisdictions(region)

default obligations := {}

obligations := {"encrypt": true} if input.data.personal == true
