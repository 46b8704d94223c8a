package region_test

test_a_listed_region_is_allowed if {
	data.example.allowed with input as data.example.question
}

test_an_unlisted_region_is_denied if {
	paris := data.example.changed({"action": {"region": "eu-west-3"}, "resource": {"region": "eu-west-3"}})
	data.example.messages == {"Region eu-west-3 (aws) is not on the list of allowed regions."} with input as paris
}

test_an_unknown_region_is_denied if {
	nowhere := data.example.changed({
		"action": {"region": "eu-west-1 "},
		"resource": {"region": "eu-west-1 "},
		"data": {"residency": []},
	})
	data.example.codes == {"REGION_UNKNOWN"} with input as nowhere
}

test_another_clouds_region_is_denied if {
	azure := data.example.changed({"action": {"cloud": "azure"}})
	"REGION_UNKNOWN" in data.example.codes with input as azure
}

test_every_region_that_an_argument_names_counts if {
	patches := [
		{"action": {"region": "eu-west-3"}},
		{"resource": {"region": "eu-west-3"}},
		{"resource": {"resource": {"region": "eu-west-3"}}},
		{"resource": {"regions": ["eu-west-1", "eu-west-3"]}},
	]
	every patch in patches {
		also := data.example.changed(patch)
		data.example.codes == {"REGION_NOT_ALLOWED"} with input as also
	}
}

test_an_absent_region_is_denied if {
	placeless := data.example.changed({"action": {"region": null}})
	"REGION_MISSING" in data.example.codes with input as placeless
}

test_without_a_list_nothing_is_allowed if {
	every list in [{}, {"aws": []}, {"aws": "eu-west-1"}] {
		not "region" in data.rules.agrees with input as data.example.question with data.regions as list
	}
}

test_what_exists_can_be_released_wherever_it_is if {
	gone := object.union(data.example.existing("release", "destructive"), {"action": {"region": "eu-west-3"}})
	data.example.allowed with input as gone
}
