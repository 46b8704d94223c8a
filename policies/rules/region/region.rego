# Region.
# Every region that a write names, wherever in its arguments, exists in that cloud and is on the operator's list. The
# zone of what it starts is one of the region's own: a local zone may lie in another country than its region.
package rules

agrees contains "region" if input.action.risk in {"read", "destructive"}

agrees contains "region" if {
	input.action.risk == "write"
	input.action.region != null
	clouds := data.regions
	permitted := clouds[input.action.cloud]
	every region in regions {
		known[region]
		region in permitted
	}
	region_zone
}

# METADATA
# title: A write says where
# custom:
#   code: REGION_MISSING
#   severity: high
#   remedy: Name the region.
deny contains data.lib.violation("REGION_MISSING", message) if {
	not "region" in agrees
	is_null(input.action.region)
	message := sprintf("%v names no region.", [input.action.tool])
}

# METADATA
# title: The region exists
# custom:
#   code: REGION_UNKNOWN
#   severity: high
#   remedy: Name a region of this cloud as the cloud spells it; the known ones are in policies/data/jurisdictions.
deny contains data.lib.violation("REGION_UNKNOWN", message) if {
	not "region" in agrees
	some region in regions
	not known[region]
	message := sprintf("%v has no region %v that we know.", [input.action.cloud, region])
}

# METADATA
# title: The region is on the operator's list
# custom:
#   code: REGION_NOT_ALLOWED
#   severity: high
#   remedy: Choose another region, or ask an operator to add this one to policies/data/regions.
deny contains data.lib.violation("REGION_NOT_ALLOWED", message) if {
	not "region" in agrees
	some region in regions
	known[region]
	not region_permitted(region)
	message := sprintf("Region %v (%v) is not on the list of allowed regions.", [region, input.action.cloud])
}

# METADATA
# title: The zone is one of the region's own
# custom:
#   code: ZONE_UNKNOWN
#   severity: high
#   remedy: Name a zone of the region, or none; the known names are in policies/data/zones.
deny contains data.lib.violation("ZONE_UNKNOWN", message) if {
	not "region" in agrees
	not region_zone
	message := sprintf("Region %v (%v) has no zone %v that we know.", [
		input.action.region,
		input.action.cloud,
		input.resource.zone,
	])
}

region_permitted(region) if region in data.regions[input.action.cloud]

# To a tool that neither creates nor starts anything a zone is no place, but one of the domain name system.
region_zone if {
	tool.creates == false
	tool.machines == false
} else if {
	object.get(input.resource, "zone", "") == ""
} else if {
	is_string(input.action.region)
	clouds := data.zones
	some pattern in clouds[input.action.cloud]
	input.resource.zone == replace(pattern, "{region}", input.action.region)
}
