# METADATA
# title: The places that a call names
# description: |
#   Where it happens, and every region that an argument names. A test holds this list against the tools' Input shapes.
package lib.place

regions contains input.action.region

regions contains input.resource.region

regions contains input.resource.resource.region

regions contains region if {
	is_array(input.resource.regions)
	some region in input.resource.regions
}

jurisdictions(region) := data.jurisdictions[input.action.cloud][region]
