# METADATA
# title: Region
# description: Every region that a write names exists in that cloud and is on the operator's list.
package rules.region

import data.lib.place
import data.lib.tool
import data.lib.violation

default allow := false

allow if tool.writes_nothing

allow if {
	tool.writes
	count(place.regions) > 0
	every region in place.regions {
		known(region)
		permitted(region)
	}
}

# METADATA
# title: The region exists
# custom:
#   code: REGION_UNKNOWN
#   severity: high
#   remedy: Name a region of this cloud as the cloud spells it; the known ones are in policies/data/jurisdictions.
deny contains violation.of("REGION_UNKNOWN", message) if {
	tool.writes
	some region in place.regions
	not known(region)
	message := sprintf("%v has no region %v that we know.", [input.action.cloud, region])
}

# METADATA
# title: The region is on the operator's list
# custom:
#   code: REGION_NOT_ALLOWED
#   severity: high
#   remedy: Choose another region, or ask an operator to add this one to policies/data/regions.
deny contains violation.of("REGION_NOT_ALLOWED", message) if {
	tool.writes
	some region in place.regions
	known(region)
	not permitted(region)
	message := sprintf("Region %v (%v) is not on the list of allowed regions.", [region, input.action.cloud])
}

known(region) if count(place.jurisdictions(region)) > 0

permitted(region) if region in data.regions[input.action.cloud]
