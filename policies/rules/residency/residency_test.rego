package residency_test

test_a_region_in_the_jurisdiction_is_allowed if {
	data.example.allowed with input as data.example.question
}

test_any_one_of_several_jurisdictions_will_do if {
	either := data.example.changed({"data": {"residency": ["CH", "IE"]}})
	data.example.allowed with input as either
}

test_without_residency_any_region_is_allowed if {
	free := data.example.changed({
		"action": {"region": "us-east-1"},
		"resource": {"region": "us-east-1"},
		"data": {"residency": []},
	})
	data.example.allowed with input as free
}

test_a_region_outside_is_denied if {
	away := data.example.changed({"action": {"region": "us-east-1"}, "resource": {"region": "us-east-1"}})
	data.example.messages == {"Region us-east-1 (aws) lies in US; this data must stay in EU."} with input as away
}

test_every_region_that_an_argument_names_counts if {
	patches := [
		{"resource": {"region": "us-east-1"}},
		{"resource": {"regions": ["eu-west-1", "us-east-1"]}},
		{"resource": {"storage": {"replicas": [{"region": "us-east-1"}]}}},
		{"resource": {"mirror": "us-east-1"}},
		{"resource": {"bucket": "arn:aws:s3:us-east-1::copies"}},
	]
	every patch in patches {
		copied := data.example.changed(patch)
		data.example.codes == {"RESIDENCY"} with input as copied
	}
}

test_absent_residency_is_denied if {
	unsaid := data.example.without("data/residency")
	data.example.decision.verdict == "deny" with input as unsaid
}

test_an_unknown_place_is_nowhere_that_data_may_stay if {
	nowhere := data.example.changed({"action": {"region": "mars-1"}, "resource": {"region": "mars-1"}})
	expected := "Region mars-1 (aws) lies in no jurisdiction that we know; this data must stay in EU."
	expected in data.example.messages with input as nowhere
}

test_personal_data_obliges_to_encrypt if {
	personal := data.example.changed({"data": {"personal": true}})
	data.example.decision.obligations == {"encrypt": true} with input as personal
}
