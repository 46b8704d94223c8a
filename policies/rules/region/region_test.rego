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
		{"resource": {"replicas": [{"place": {"region": "eu-west-3"}}]}},
		{"resource": {"replicas": {"regions": {"second": "eu-west-3"}}}},
		{"resource": {"copy_to": "eu-west-3"}},
		{"resource": {"copy_to": ["eu-west-3"]}},
		{"resource": {"copy_to": "eu-west-3a"}},
		{"resource": {"bucket": "arn:aws:s3:eu-west-3::copies/a"}},
		{"resource": {"target": "copies.eu-west-3.example.com"}},
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

test_a_word_in_a_tag_is_no_region if {
	named := data.example.changed({"resource": {"tags": {"run": "eu-west-3"}}})
	data.example.allowed with input as named
}

test_a_region_that_is_no_text_is_denied if {
	every value in [7, true, "", [3]] {
		odd := data.example.changed({"resource": {"replica_region": value}})
		"REGION_UNKNOWN" in data.example.codes with input as odd
	}
}

test_a_zone_of_the_region_is_allowed if {
	every zone in ["", "eu-west-1a"] {
		data.example.allowed with input as data.example.changed({"resource": {"zone": zone}})
	}
}

test_any_other_zone_is_denied if {
	every zone in ["eu-west-1-muc-1a", "eu-west-1z", "x", 1, null] {
		away := data.example.changed({"resource": {"zone": zone}})
		data.example.codes == {"ZONE_UNKNOWN"} with input as away
	}
	expected := {"Region eu-west-1 (aws) has no zone eu-west-1-muc-1a that we know."}
	data.example.messages == expected with input as data.example.changed({"resource": {"zone": "eu-west-1-muc-1a"}})
}

test_without_a_list_of_zones_none_is_known if {
	placed := data.example.changed({"resource": {"zone": "eu-west-1a"}})
	not "region" in data.rules.agrees with input as placed
		with data.zones as {}
		with data.tools as data.example.tools
		with data.regions as data.example.regions
		with data.jurisdictions as data.example.jurisdictions
}

test_the_zone_of_a_name_server_is_no_place if {
	change := object.union(data.example.existing("change", "write"), {"resource": {"zone": "Z123"}, "data": {"residency": []}})
	data.example.allowed with input as change
}
